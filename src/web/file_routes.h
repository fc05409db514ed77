// The site's files as they are:
//   GET /assets/<path>   of site/assets, with an ETag
//   GET /robots.txt
#pragma once

#include <optional>
#include <string_view>

#include "net/http_message.h"
#include "web/assets.h"
#include "web/pages.h"

namespace artspeak::web {

// Thread-safe. `pages` must outlive it.
class FileRoutes {
 public:
  explicit FileRoutes(const Pages& pages)
      : pages_(pages), assets_(pages.directory() / "assets") {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  net::Response Asset(const net::Request& request, std::string_view path) const;
  net::Response Robots() const;

  const Pages& pages_;
  const Assets assets_;
};

}  // namespace artspeak::web
