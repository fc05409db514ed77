// The site's files:
//   GET /assets/<path>   of site/assets, with an ETag
//   GET /robots.txt      a template, since it must name the sitemap in full
#pragma once

#include <optional>
#include <string_view>

#include "net/http_message.h"
#include "net/url.h"
#include "web/assets.h"
#include "web/pages.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class FileRoutes {
 public:
  FileRoutes(const Pages& pages, const net::Url& site)
      : pages_(pages), site_(site), assets_(pages.directory() / "assets") {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  net::Response Asset(const net::Request& request, std::string_view path) const;
  net::Response Robots() const;

  const Pages& pages_;
  const net::Url& site_;
  const Assets assets_;
};

}  // namespace artspeak::web
