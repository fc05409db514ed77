// Those who guard the site, as its pages ask them. Each may be absent: then its
// question is not asked.
#pragma once

#include <string>

#include "net/http_message.h"
#include "service/admission.h"
#include "service/mail_domains.h"
#include "web/client_reader.h"

namespace artspeak::web {

struct Guard {
  const ClientReader* clients = nullptr;
  service::Admission* admission = nullptr;
  service::MailDomains* mail_domains = nullptr;

  std::string ClientOf(const net::Request& request) const {
    return clients == nullptr ? "" : clients->Of(request);
  }
};

}  // namespace artspeak::web
