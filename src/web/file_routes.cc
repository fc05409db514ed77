#include "web/file_routes.h"

#include <filesystem>
#include <string>

#include "web/etag.h"
#include "web/file_stamp.h"

namespace artspeak::web {

std::optional<net::Response> FileRoutes::Answer(
    const net::Request& request) const {
  constexpr std::string_view kAssets = "/assets/";
  const std::string_view path = request.path;
  const bool asset = path.starts_with(kAssets);
  if (!asset && path != "/robots.txt") return std::nullopt;
  if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
  return asset ? Asset(request, path.substr(kAssets.size())) : Robots();
}

net::Response FileRoutes::Asset(const net::Request& request,
                                std::string_view path) const {
  const auto asset = assets_.Find(path);
  if (!asset) return pages_.Missing();
  net::Response response;
  // Asked for each time, answered in a line: an artist's change shows at once.
  response.headers = {{"Cache-Control", "no-cache"}, {"ETag", asset->etag}};
  if (HasKnownETag(request, asset->etag)) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", asset->type});
  response.body = asset->content;
  return response;
}

net::Response FileRoutes::Robots() const {
  constexpr const char* kFile = "robots.txt";
  if (!StampOf(pages_.directory() / kFile)) return pages_.Missing();
  return {200,
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", "max-age=3600"}},
          pages_.RenderFile(kFile, {{"origin", site_.origin()}})};
}

}  // namespace artspeak::web
