// What the owner hung, for everyone:
//   GET /gallery/, /gallery/2/, …   its rooms
//   GET /gallery/feed.xml           the newest, as an Atom feed (RFC 4287)
//   GET /sitemap.xml                all pages that a search engine may list
// A review that is blocked is gone from all of them with the next request.
#pragma once

#include <optional>
#include <string_view>

#include "net/http_message.h"
#include "net/url.h"
#include "service/gallery.h"
#include "web/page_cache.h"
#include "web/pages.h"
#include "web/time_zone.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class GalleryRoutes {
 public:
  // Throws Error if the feed's template is missing or broken.
  GalleryRoutes(const Pages& pages, const net::Url& site, const TimeZone& zone,
                service::Gallery& gallery, const PageCache& cache);

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  net::Response FindRoom(const net::Request& request) const;
  PageCache::Made Room(int number) const;
  net::Response Feed() const;
  net::Response Sitemap() const;

  const Pages& pages_;
  const net::Url& site_;
  const TimeZone& zone_;
  service::Gallery& gallery_;
  const PageCache& cache_;
};

}  // namespace artspeak::web
