#include "app/notifier_role.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "app/lease_owner.h"
#include "app/site_options.h"
#include "base/random.h"
#include "mail/directory_mailer.h"
#include "mail/smtp_mailer.h"

namespace artspeak::app {

namespace {

std::unique_ptr<service::Mailer> MakeMailer(const Configuration::Mail& mail,
                                            const mail::Sender& sender) {
  if (mail.kind == Configuration::Mail::Kind::kSmtp) {
    return std::make_unique<mail::SmtpMailer>(mail.url, sender);
  }
  return std::make_unique<mail::DirectoryMailer>(mail.directory, sender);
}

service::Notifier::Options OptionsFor(const mail::Sender& sender) {
  uint64_t jitter_seed = 0;
  base::SystemRandom(std::as_writable_bytes(std::span(&jitter_seed, 1)));
  return {
      .name = NewLeaseOwner(),
      .message_id_domain = sender.address.substr(sender.address.find('@') + 1),
      .jitter_seed = jitter_seed};
}

}  // namespace

NotifierRole::NotifierRole(const Configuration& configuration,
                           service::Outbox& outbox, base::Clock& clock)
    : sender_(mail::ParseSender(configuration.mail.from)),
      pages_(SiteOptionsOf(configuration)),
      mailer_(MakeMailer(configuration.mail, sender_)),
      notifier_(
          outbox, *mailer_,
          [this](const service::DueMail& mail) { return pages_.Render(mail); },
          clock, OptionsFor(sender_)) {}

}  // namespace artspeak::app
