// Those who guard the site, as a configuration wants them.
#pragma once

#include <optional>
#include <string>

#include "app/configuration.h"
#include "app/stores.h"
#include "base/clock.h"
#include "service/admission.h"
#include "service/mail_domains.h"
#include "web/client_reader.h"
#include "web/guard.h"

namespace artspeak::app {

class SiteGuards {
 public:
  // stores and clock must outlive it. Draws the store's secret if there is none
  // yet.
  SiteGuards(const Configuration& configuration, Stores& stores,
             base::Clock& clock);
  SiteGuards(const SiteGuards&) = delete;
  SiteGuards& operator=(const SiteGuards&) = delete;

  web::Guard guard();

 private:
  const std::string key_;
  const web::ClientReader clients_;
  service::Admission admission_;
  std::optional<service::MailDomains> mail_domains_;
};

}  // namespace artspeak::app
