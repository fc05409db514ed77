// The form and what it sends:
//   GET  /generate/    the form
//   POST /submission   303 to /review/<id>, or 422 with the form, its faults
//   and
//                      what the visitor had written
#pragma once

#include <optional>

#include "net/http_message.h"
#include "net/url.h"
#include "service/reception.h"
#include "web/pages.h"
#include "web/subscription_wording.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class FormRoutes {
 public:
  FormRoutes(const Pages& pages, const net::Url& site,
             const SubscriptionWording& wording, service::Reception& reception)
      : pages_(pages), site_(site), wording_(wording), reception_(reception) {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  net::Response Submit(const net::Request& request) const;

  const Pages& pages_;
  const net::Url& site_;
  const SubscriptionWording& wording_;
  service::Reception& reception_;
};

}  // namespace artspeak::web
