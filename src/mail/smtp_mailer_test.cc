// SmtpMailer against servers on loopback: a scripted one for every answer there
// is, and OpenSMTPD for the real thing.
#include "mail/smtp_mailer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <thread>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::mail {
namespace {

using service::Delivery;
using service::DeliveryResult;
using service::Mail;

const Sender kSender{"Artspeak", "reviews@example.org"};

Mail Sample() {
  return {"visitor@example.net", "Your texts are ready",
          "Öl auf Holz:\n.\n..two dots begin this line\nend\n",
          "review-ready.0123456789ab@example.org",
          base::UnixTime(std::chrono::seconds(1700000000))};
}

// A socket on a free loopback port.
class Listener {
 public:
  Listener() {
    descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(descriptor_, generic, size) != 0 || listen(descriptor_, 8) != 0 ||
        getsockname(descriptor_, generic, &size) != 0) {
      throw std::runtime_error("no loopback socket");
    }
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(descriptor_); }
  int descriptor() const { return descriptor_; }
  int port() const { return port_; }
  std::string url() const {
    return "smtp://127.0.0.1:" + std::to_string(port_);
  }

 private:
  int descriptor_ = -1;
  int port_ = 0;
};

// Serves one connection. Answers 250 (354 to DATA, 220 at first), but what
// `answers` says to a command; "" hangs up. What arrives as the message is
// kept.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::map<std::string, std::string> answers)
      : answers_(std::move(answers)), thread_([this] { Serve(); }) {}
  ~ScriptedServer() { thread_.join(); }

  Listener listener;
  std::string commands;  // read after the client is done
  std::string message;

 private:
  std::string AnswerTo(const std::string& command, const std::string& usual) {
    const auto found = answers_.find(command);
    return found == answers_.end() ? usual : found->second;
  }

  void Serve() {
    const int client = accept(listener.descriptor(), nullptr, nullptr);
    std::string buffer;
    const auto say = [&](const std::string& line) {
      if (line.empty()) return false;
      const std::string bytes = line + "\r\n";
      return send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
    };
    const auto read_until = [&](const std::string& end) {
      size_t at;
      while ((at = buffer.find(end)) == std::string::npos) {
        char bytes[4096];
        const ssize_t count = recv(client, bytes, sizeof(bytes), 0);
        if (count <= 0) return std::string();
        buffer.append(bytes, static_cast<size_t>(count));
      }
      std::string read = buffer.substr(0, at + end.size());
      buffer.erase(0, at + end.size());
      return read;
    };
    bool open = say(AnswerTo("", "220 scripted.example ESMTP"));
    while (open) {
      const std::string line = read_until("\r\n");
      if (line.empty()) break;
      commands += line;
      const std::string command = line.substr(0, 4);
      if (command == "DATA") {
        open = say(AnswerTo("DATA", "354 go on"));
        if (!open || AnswerTo("DATA", "354").substr(0, 3) != "354") continue;
        message = read_until("\r\n.\r\n");
        open = say(AnswerTo("end", "250 taken"));
      } else {
        open = say(AnswerTo(command, command == "QUIT" ? "221 bye" : "250 ok"));
      }
    }
    close(client);
  }

  std::map<std::string, std::string> answers_;
  std::thread thread_;
};

DeliveryResult SendTo(const ScriptedServer& server) {
  SmtpMailer mailer(server.listener.url(), kSender);
  return mailer.Send(Sample());
}

TEST(SmtpMailer, WholeMessageArrivesWithItsDotsStuffed) {
  ScriptedServer server({});
  EXPECT_EQ(SendTo(server).delivery, Delivery::kSent);
  EXPECT_NE(server.commands.find("MAIL FROM:<reviews@example.org>\r\n"),
            std::string::npos)
      << server.commands;
  EXPECT_NE(server.commands.find("RCPT TO:<visitor@example.net>\r\n"),
            std::string::npos);
  EXPECT_NE(server.message.find("\r\n..\r\n...two dots"), std::string::npos);
}

struct Answer {
  const char* command;
  const char* line;
  Delivery expected;
};

class SmtpAnswer : public ::testing::TestWithParam<Answer> {};

TEST_P(SmtpAnswer, DecidesWhetherTheMailIsTriedAgain) {
  ScriptedServer server(std::map<std::string, std::string>{
      {GetParam().command, GetParam().line}});
  const DeliveryResult result = SendTo(server);
  EXPECT_EQ(result.delivery, GetParam().expected) << result.reason;
  EXPECT_EQ(result.reason.empty(), GetParam().expected == Delivery::kSent);
}

INSTANTIATE_TEST_SUITE_P(
    All, SmtpAnswer,
    ::testing::Values(Answer{"", "421 too busy", Delivery::kRetry},
                      Answer{"", "", Delivery::kRetry},
                      Answer{"MAIL", "451 try later", Delivery::kRetry},
                      Answer{"MAIL", "530 log in first", Delivery::kRetry},
                      Answer{"RCPT", "450 greylisted", Delivery::kRetry},
                      Answer{"RCPT", "550 no such user", Delivery::kRefused},
                      Answer{"DATA", "452 no space", Delivery::kRetry},
                      Answer{"DATA", "554 no", Delivery::kRefused},
                      Answer{"end", "451 scanner is down", Delivery::kRetry},
                      Answer{"end", "554 looks like spam", Delivery::kRefused},
                      Answer{"end", "", Delivery::kRetry}));

TEST(SmtpMailer, NoServerMeansLater) {
  int port;
  {
    Listener gone;
    port = gone.port();
  }
  SmtpMailer mailer("smtp://127.0.0.1:" + std::to_string(port), kSender);
  const DeliveryResult result = mailer.Send(Sample());
  EXPECT_EQ(result.delivery, Delivery::kRetry);
  EXPECT_FALSE(result.reason.empty());
}

TEST(SmtpMailer, SilentServerMeansLater) {
  Listener silent;  // connects, but nobody ever speaks
  SmtpMailer mailer(
      silent.url(), kSender,
      {std::chrono::milliseconds(100), std::chrono::milliseconds(100)});
  EXPECT_EQ(mailer.Send(Sample()).delivery, Delivery::kRetry);
}

TEST(SmtpMailer, PasswordIsNeverSentInClear) {
  ScriptedServer server(
      std::map<std::string, std::string>{{"EHLO", "250 AUTH PLAIN LOGIN"}});
  SmtpMailer mailer(
      "smtp://user:secret@127.0.0.1:" + std::to_string(server.listener.port()),
      kSender);
  const DeliveryResult result = mailer.Send(Sample());
  EXPECT_EQ(result.delivery, Delivery::kRetry);
  EXPECT_EQ(result.reason.find("secret"), std::string::npos);
  EXPECT_EQ(server.commands.find("AUTH"), std::string::npos);
}

TEST(SmtpMailer, AddressThatIsNoneNeverReachesAServer) {
  SmtpMailer mailer("smtp://127.0.0.1:1", kSender);
  Mail mail = Sample();
  mail.to = "v@example.net>\r\nRCPT TO:<all@example.net";
  EXPECT_EQ(mailer.Send(mail).delivery, Delivery::kRefused);
}

// OpenSMTPD on a free port, in a mount namespace of its own so that its spool
// and control socket are nobody else's; a chroot cannot have one, so there it
// uses the system's, unless another OpenSMTPD does. It hands mails for
// visitor@example.net to a shell that writes them to a file; no one else is
// known there (550).
class OpenSmtpd {
 public:
  OpenSmtpd() {
    {
      Listener free;
      port_ = free.port();
    }
    namespace fs = std::filesystem;
    const fs::path base = directory_.path();
    // The mail arrives as the user nobody.
    fs::permissions(base, fs::perms(0755));
    fs::create_directory(base / "out");
    fs::permissions(base / "out", fs::perms(0777));
    base::WriteFileAtomically(base / "aliases", "visitor: nobody\n");
    base::WriteFileAtomically(
        base / "smtpd.conf",
        fmt::format("table aliases file:{0}/aliases\n"
                    "listen on 127.0.0.1 port {1} hostname mail.example.net\n"
                    "action \"file\" mda \"cat >> {0}/out/mail\" "
                    "alias <aliases>\n"
                    "match from any for domain \"example.net\" "
                    "action \"file\"\n",
                    base.string(), port_));
    fs::permissions(base / "aliases", fs::perms(0644));
    const std::string smtpd = fmt::format(
        "exec /usr/sbin/smtpd -d -v -f {}/smtpd.conf", base.string());
    const std::string command = fmt::format(
        "if unshare -m true; then exec unshare -m sh -c '"
        "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/spool && {0}'; "
        "elif [ ! -S /run/smtpd.sock ]; then {0}; fi",
        smtpd);
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    process_ = fork();
    if (process_ == 0) {
      dup2(output[1], 1);
      dup2(output[1], 2);
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    close(output[1]);
    output_ = output[0];
  }

  ~OpenSmtpd() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    close(output_);
  }

  std::string url() const {
    return "smtp://127.0.0.1:" + std::to_string(port_);
  }

  // Waits until the server says `word` once more; false if it ends or is silent
  // too long.
  bool WaitFor(const std::string& word) {
    size_t at = 0;
    while ((at = said_.find(word, heard_)) == std::string::npos) {
      pollfd ready{output_, POLLIN, 0};
      if (poll(&ready, 1, 20'000) != 1) return false;
      char bytes[4096];
      const ssize_t count = read(output_, bytes, sizeof(bytes));
      if (count <= 0) return false;
      said_.append(bytes, static_cast<size_t>(count));
    }
    heard_ = at + word.size();
    return true;
  }

  std::string ReadDelivered() {
    return base::ReadFile(directory_ / "out" / "mail");
  }
  const std::string& said() const { return said_; }

 private:
  testing::TempDir directory_;
  int port_ = 0;
  pid_t process_ = -1;
  int output_ = -1;
  std::string said_;
  size_t heard_ = 0;  // how much of it WaitFor has been through
};

TEST(SmtpMailer, OpenSmtpdDeliversTheMailAndRefusesStrangers) {
  if (access("/usr/sbin/smtpd", X_OK) != 0) {
    GTEST_SKIP() << "OpenSMTPD is not installed";
  }
  if (geteuid() != 0) GTEST_SKIP() << "OpenSMTPD needs root to start";
  OpenSmtpd server;
  if (!server.WaitFor("smtp: will accept")) {
    // A container may forbid mounts even to root.
    if (server.said().find("ermission denied") != std::string::npos ||
        server.said().find("not permitted") != std::string::npos) {
      GTEST_SKIP() << "OpenSMTPD cannot be isolated here: " << server.said();
    }
    FAIL() << server.said();
  }

  SmtpMailer mailer(server.url(), kSender);
  Mail mail = Sample();
  mail.unsubscribe_url =
      "https://art.example.org/subscription/0123456789abcdefghjkmnpqrstvwxyz/"
      "unsubscribe";
  const DeliveryResult sent = mailer.Send(mail);
  ASSERT_EQ(sent.delivery, Delivery::kSent) << sent.reason << server.said();
  // As it was sent, under the lines that the server adds; its mailboxes end
  // lines with \n. In a spool that is not its own, an older mail may come
  // first.
  std::string expected = FormatMessage(kSender, mail);
  std::erase(expected, '\r');
  std::string delivered;
  while (delivered.find("\n" + expected) == std::string::npos) {
    ASSERT_TRUE(server.WaitFor("stat=Delivered")) << server.said() << delivered;
    delivered = server.ReadDelivered();
  }

  Mail stranger = Sample();
  stranger.to = "stranger@example.net";
  const DeliveryResult refused = mailer.Send(stranger);
  EXPECT_EQ(refused.delivery, Delivery::kRefused);
  EXPECT_NE(refused.reason.find("550"), std::string::npos) << refused.reason;
  // The connection is used again, whatever came before.
  EXPECT_EQ(mailer.Send(Sample()).delivery, Delivery::kSent);
  EXPECT_TRUE(server.WaitFor("stat=Delivered")) << "or the next test gets it";
}

}  // namespace
}  // namespace artspeak::mail
