#include "net/mail_exchange.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace artspeak::net {
namespace {

// A name server on loopback (RFC 1035, 4.1): answers every question with a
// status and the records of a type.
class NameServer {
 public:
  struct Reply {
    int status = 0;         // 3: no such name
    std::string data = {};  // of one record; empty: no record
    bool silent = false;
  };
  using Answer = std::function<Reply(int type)>;

  explicit NameServer(Answer answer) : answer_(std::move(answer)) {
    socket_ = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~NameServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port_));
    // An empty question ends it.
    sendto(socket_, "", 0, 0, reinterpret_cast<sockaddr*>(&address),
           sizeof address);
    thread_.join();
    close(socket_);
  }

  ResolverAddress address() const { return {"127.0.0.1", port_}; }
  std::string asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void Serve() {
    char bytes[512];
    sockaddr_in from{};
    while (true) {
      socklen_t size = sizeof from;
      const ssize_t count = recvfrom(socket_, bytes, sizeof bytes, 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
      if (count <= 12) return;
      std::string message(bytes, static_cast<size_t>(count));
      size_t end = 12;  // of the question
      std::string name;
      while (message[end] != 0) {
        const auto length = static_cast<size_t>(message[end]);
        name += message.substr(end + 1, length) + ".";
        end += length + 1;
      }
      {
        const std::lock_guard lock(mutex_);
        asked_ = std::move(name);
      }
      const int type = message[end + 2];
      end += 5;
      const Reply reply = answer_(type);
      if (reply.silent) continue;
      message.resize(end);
      message[2] = static_cast<char>(0x81);  // an answer; recursion desired
      message[3] = static_cast<char>(0x80 | reply.status);
      message[7] = reply.data.empty() ? 0 : 1;
      message[9] = message[11] = 0;
      if (!reply.data.empty()) {
        message += std::string("\xc0\x0c", 2);  // the question's name
        message += std::string{0, static_cast<char>(type),
                               0, 1,
                               0, 0,
                               0, 60,
                               0, static_cast<char>(reply.data.size())};
        message += reply.data;
      }
      sendto(socket_, message.data(), message.size(), 0,
             reinterpret_cast<sockaddr*>(&from), sizeof from);
    }
  }

  Answer answer_;
  int socket_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards asked_
  std::string asked_;
  std::thread thread_;
};

constexpr int kA = 1;
constexpr int kMx = 15;
constexpr int kAaaa = 28;

MailExchange Find(const NameServer::Answer& answer) {
  const NameServer server(answer);
  return FindMailExchange("art.example", server.address());
}

TEST(MailExchange, ADomainWithAMailServerTakesMail) {
  const NameServer server([](int type) -> NameServer::Reply {
    if (type != kMx) return {};
    return {.data = std::string("\0\x0a\x04mail\xc0\x0c", 9)};
  });
  EXPECT_EQ(FindMailExchange("art.example", server.address()),
            MailExchange::kTaken);
  EXPECT_EQ(server.asked(), "art.example.");
}

TEST(MailExchange, ADomainThatIsNotThereTakesNone) {
  EXPECT_EQ(Find([](int) { return NameServer::Reply{.status = 3}; }),
            MailExchange::kNone);
}

TEST(MailExchange, ANullServerTakesNone) {
  EXPECT_EQ(Find([](int type) -> NameServer::Reply {
              if (type == kA) return {.data = "\x7f\x01\x01\x01"};
              return {.data = std::string("\0\0\0", 3)};
            }),
            MailExchange::kNone);
}

TEST(MailExchange, TheDomainsAddressStandsForAServer) {
  for (const int present : {kA, kAaaa}) {
    EXPECT_EQ(Find([&](int type) -> NameServer::Reply {
                if (type != present) return {};
                return {.data = std::string(type == kA ? 4 : 16, '\x7f')};
              }),
              MailExchange::kTaken);
  }
  EXPECT_EQ(Find([](int) { return NameServer::Reply{}; }), MailExchange::kNone);
}

TEST(MailExchange, AResolverInTroubleKnowsNothing) {
  EXPECT_EQ(Find([](int) { return NameServer::Reply{.status = 2}; }),
            MailExchange::kUnknown);
  EXPECT_EQ(Find([](int) { return NameServer::Reply{.silent = true}; }),
            MailExchange::kUnknown);
  EXPECT_EQ(Find([](int type) -> NameServer::Reply {
              if (type == kMx) return {};
              return {.status = 2};
            }),
            MailExchange::kUnknown);
}

}  // namespace
}  // namespace artspeak::net
