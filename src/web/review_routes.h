// A review's page:
//   GET  /review/<id>         waiting, generating, done, failed; blocked: 410
//   POST /review/<id>/report  blocks the review, 303 to it
#pragma once

#include <optional>
#include <string_view>

#include "net/http_message.h"
#include "net/url.h"
#include "service/reception.h"
#include "web/card_routes.h"
#include "web/pages.h"
#include "web/time_zone.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class ReviewRoutes {
 public:
  ReviewRoutes(const Pages& pages, const net::Url& site, const TimeZone& zone,
               service::Reception& reception, const CardRoutes& cards)
      : pages_(pages),
        site_(site),
        zone_(zone),
        reception_(reception),
        cards_(cards) {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  net::Response Show(std::string_view id) const;
  net::Response Report(const net::Request& request, std::string_view id) const;

  const Pages& pages_;
  const net::Url& site_;
  const TimeZone& zone_;
  service::Reception& reception_;
  const CardRoutes& cards_;
};

}  // namespace artspeak::web
