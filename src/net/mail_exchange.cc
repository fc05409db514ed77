#include "net/mail_exchange.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <array>
#include <cstring>

namespace artspeak::net {

namespace {

constexpr int kSeconds = 1;  // to wait for each of at most two tries
constexpr int kTries = 2;

// The state of glibc's resolver for one question.
class Resolver {
 public:
  explicit Resolver(const std::optional<ResolverAddress>& server) {
    ready_ = res_ninit(&state_) == 0;
    if (!ready_) return;
    state_.retrans = kSeconds;
    state_.retry = kTries;
    if (server) {
      sockaddr_in& first = state_.nsaddr_list[0];
      first = {};
      first.sin_family = AF_INET;
      first.sin_port = htons(static_cast<uint16_t>(server->port));
      ready_ =
          inet_pton(AF_INET, server->address.c_str(), &first.sin_addr) == 1;
      state_.nscount = 1;
    } else if (state_.nscount > 2) {
      state_.nscount = 2;
    }
  }
  ~Resolver() { res_nclose(&state_); }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  enum class Answer { kYes, kNothing, kNoSuchName, kUnclear };

  // Of records of `type`; each is shown to `visit`.
  template <typename Visit>
  Answer Ask(const std::string& domain, ns_type type, Visit visit) {
    if (!ready_) return Answer::kUnclear;
    std::array<unsigned char, 4096> message;
    // The name is whole: nothing of this machine's own domain is added.
    const int size = res_nquery(&state_, (domain + ".").c_str(), ns_c_in, type,
                                message.data(), message.size());
    if (size < 0) {
      switch (state_.res_h_errno) {
        case HOST_NOT_FOUND:
          return Answer::kNoSuchName;
        case NO_DATA:
          return Answer::kNothing;
        default:
          return Answer::kUnclear;
      }
    }
    ns_msg parsed;
    if (ns_initparse(message.data(), size, &parsed) != 0) {
      return Answer::kUnclear;
    }
    bool any = false;
    for (int i = 0; i < ns_msg_count(parsed, ns_s_an); ++i) {
      ns_rr record;
      if (ns_parserr(&parsed, ns_s_an, i, &record) != 0) {
        return Answer::kUnclear;
      }
      if (ns_rr_type(record) != type) continue;  // a CNAME on the way
      any = true;
      visit(record);
    }
    return any ? Answer::kYes : Answer::kNothing;
  }

 private:
  struct __res_state state_ = {};
  bool ready_ = false;
};

// "." as the host: RFC 7505.
bool IsNullExchange(const ns_rr& record) {
  // Two bytes of preference, then a name, which is empty.
  return ns_rr_rdlen(record) == 3 && ns_rr_rdata(record)[2] == 0;
}

}  // namespace

MailExchange FindMailExchange(const std::string& domain,
                              const std::optional<ResolverAddress>& server) {
  using Answer = Resolver::Answer;
  Resolver resolver(server);
  bool server_named = false;
  switch (resolver.Ask(domain, ns_t_mx, [&](const ns_rr& record) {
    if (!IsNullExchange(record)) server_named = true;
  })) {
    case Answer::kYes:
      return server_named ? MailExchange::kTaken : MailExchange::kNone;
    case Answer::kNoSuchName:
      return MailExchange::kNone;
    case Answer::kUnclear:
      return MailExchange::kUnknown;
    case Answer::kNothing:
      break;
  }
  // Without an MX the domain's own address stands for one.
  for (const ns_type type : {ns_t_a, ns_t_aaaa}) {
    switch (resolver.Ask(domain, type, [](const ns_rr&) {})) {
      case Answer::kYes:
        return MailExchange::kTaken;
      case Answer::kUnclear:
        return MailExchange::kUnknown;
      case Answer::kNothing:
      case Answer::kNoSuchName:
        break;
    }
  }
  return MailExchange::kNone;
}

}  // namespace artspeak::net
