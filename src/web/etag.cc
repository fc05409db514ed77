#include "web/etag.h"

#include "base/hash.h"

namespace artspeak::web {

std::string ETagOf(std::string_view content) {
  return '"' + base::Blake2bHex(content, 12) + '"';
}

bool HasKnownETag(const net::Request& request, std::string_view etag) {
  const std::string* known = request.Find("If-None-Match");
  return known != nullptr &&
         (*known == "*" || known->find(etag) != std::string::npos);
}

net::Response WithETag(const net::Request& request, net::Response response) {
  const std::string etag = ETagOf(response.body);
  response.headers.push_back({"ETag", etag});
  if (HasKnownETag(request, etag)) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace artspeak::web
