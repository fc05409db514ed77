// A review's page:
//   GET  /review/<id>         waiting, generating, done, failed; blocked: 410;
//                             held: that the owner reads it first
//   GET  /review/<id>/report  the form to report it
//   POST /review/<id>/report  303 to the review if it is blocked now; else that
//                             the report is kept; or 422 with the form
#pragma once

#include <optional>
#include <string_view>

#include "net/http_message.h"
#include "net/url.h"
#include "service/reception.h"
#include "web/card_routes.h"
#include "web/page_cache.h"
#include "web/pages.h"
#include "web/time_zone.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class ReviewRoutes {
 public:
  ReviewRoutes(const Pages& pages, const net::Url& site, const TimeZone& zone,
               service::Reception& reception, const CardRoutes& cards,
               const PageCache& cache)
      : pages_(pages),
        site_(site),
        zone_(zone),
        reception_(reception),
        cards_(cards),
        cache_(cache) {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  PageCache::Made Show(std::string_view id) const;
  net::Response AskReason(std::string_view id) const;
  net::Response Report(const net::Request& request, std::string_view id) const;

  const Pages& pages_;
  const net::Url& site_;
  const TimeZone& zone_;
  service::Reception& reception_;
  const CardRoutes& cards_;
  const PageCache& cache_;
};

}  // namespace artspeak::web
