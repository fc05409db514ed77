// How a link to a page looks elsewhere (partials/preview.html).
#pragma once

#include <string>
#include <string_view>

#include "net/url.h"
#include "web/template_folder.h"

namespace artspeak::web {

// Of a page at `path` that has no picture of its own: link and card.
inline Values DescribePreview(const net::Url& site, std::string_view path) {
  return {{"link", site.origin() + std::string(path)},
          {"card", site.origin() + "/card.png"}};
}

}  // namespace artspeak::web
