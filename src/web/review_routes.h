// A review's page:
//   GET  /review/<id>         waiting, generating, done, failed; blocked: 410;
//                             held: that the owner reads it first
//   GET  /review/<id>/report  the form to report it
//   POST /review/<id>/report  303 to the review if it is blocked now; else that
//                             the report is kept; or 422 with the form
//   POST /review/<id>/offer   offers it for the gallery, 303 to it
// Only the page of a review that hangs in the gallery may be listed by search
// engines.
#pragma once

#include <optional>
#include <string_view>

#include "net/http_message.h"
#include "net/url.h"
#include "service/gallery.h"
#include "service/reception.h"
#include "web/card_routes.h"
#include "web/guard.h"
#include "web/page_cache.h"
#include "web/pages.h"
#include "web/time_zone.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class ReviewRoutes {
 public:
  ReviewRoutes(const Pages& pages, const net::Url& site, const TimeZone& zone,
               service::Reception& reception, const CardRoutes& cards,
               service::Gallery& gallery, const PageCache& cache,
               const Guard& guard)
      : pages_(pages),
        site_(site),
        zone_(zone),
        reception_(reception),
        cards_(cards),
        gallery_(gallery),
        cache_(cache),
        guard_(guard) {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  PageCache::Made Show(std::string_view id) const;
  net::Response AskReason(std::string_view id) const;
  net::Response Report(const net::Request& request, std::string_view id) const;
  net::Response Offer(const net::Request& request, std::string_view id) const;

  const Pages& pages_;
  const net::Url& site_;
  const TimeZone& zone_;
  service::Reception& reception_;
  const CardRoutes& cards_;
  service::Gallery& gallery_;
  const PageCache& cache_;
  const Guard& guard_;
};

}  // namespace artspeak::web
