#include "app/site_guards.h"

#include <chrono>

#include "net/mail_exchange.h"

namespace artspeak::app {

namespace {

service::MailDomain AskResolver(const std::string& domain) {
  switch (net::FindMailExchange(domain)) {
    case net::MailExchange::kTaken:
      return service::MailDomain::kTakesMail;
    case net::MailExchange::kNone:
      return service::MailDomain::kTakesNone;
    case net::MailExchange::kUnknown:
      return service::MailDomain::kUnknown;
  }
  return service::MailDomain::kUnknown;
}

}  // namespace

SiteGuards::SiteGuards(const Configuration& configuration, Stores& stores,
                       base::Clock& clock)
    : key_(stores.secret.Secret()),
      clients_(configuration.site.proxy, key_),
      admission_(stores.admission, clock, key_, configuration.limits) {
  // No mail leaves the house otherwise.
  if (configuration.mail.kind == Configuration::Mail::Kind::kSmtp) {
    mail_domains_.emplace(AskResolver, clock, std::chrono::milliseconds(700));
  }
}

web::Guard SiteGuards::guard() {
  return {.clients = &clients_,
          .admission = &admission_,
          .mail_domains = mail_domains_ ? &*mail_domains_ : nullptr};
}

}  // namespace artspeak::app
