// The notifier as it runs: from the outbox to a mail server or a folder.
#pragma once

#include <memory>
#include <stop_token>

#include "app/configuration.h"
#include "base/clock.h"
#include "mail/message.h"
#include "service/mailer.h"
#include "service/notifier.h"
#include "service/outbox.h"
#include "web/mail_pages.h"

namespace artspeak::app {

class NotifierRole {
 public:
  // outbox and clock must outlive it. Throws base::Error if a mail's template
  // is broken, or the sender or the mails' folder is no good.
  NotifierRole(const Configuration& configuration, service::Outbox& outbox,
               base::Clock& clock);
  NotifierRole(const NotifierRole&) = delete;
  NotifierRole& operator=(const NotifierRole&) = delete;

  // Sends until stop is requested. Call it once.
  void Run(std::stop_token stop) { notifier_.Run(stop); }

  // A mail may be due. Thread-safe, does not block.
  void Wake() { notifier_.Wake(); }

 private:
  const mail::Sender sender_;
  web::MailPages pages_;
  const std::unique_ptr<service::Mailer> mailer_;
  service::Notifier notifier_;
};

}  // namespace artspeak::app
