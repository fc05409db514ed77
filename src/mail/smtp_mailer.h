// Mail by SMTP (RFC 5321), through libcurl.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "mail/message.h"
#include "service/mailer.h"

namespace artspeak::mail {

// What `url` may be:
//   smtp://host:port                      STARTTLS where the server offers it
//   smtp://user:password@host:587         STARTTLS required: no password in
//                                         clear
//   smtps://user:password@host:465        TLS from the start
// User and password are percent-encoded. Certificates are checked.
class SmtpMailer : public service::Mailer {
 public:
  // Both within half of service::kMailLeaseTime, together.
  struct Timeouts {
    std::chrono::milliseconds connect = std::chrono::seconds(15);
    std::chrono::milliseconds total = std::chrono::seconds(60);
  };

  // Throws base::Error, without the password, if the URL is of no use.
  SmtpMailer(const std::string& url, Sender sender, Timeouts timeouts);
  SmtpMailer(const std::string& url, Sender sender)
      : SmtpMailer(url, std::move(sender), Timeouts()) {}
  ~SmtpMailer() override;

  // kSent only after the server's 250 for the whole message. kRefused for a
  // 5xx about this mail; what is wrong with the connection, the certificate,
  // the password or the sender's rights is kRetry, since mending it helps.
  service::DeliveryResult Send(const service::Mail& mail) override;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
  Sender sender_;
};

}  // namespace artspeak::mail
