#include "web/etag.h"

#include <string>

namespace artspeak::web {

bool HasKnownETag(const net::Request& request, std::string_view etag) {
  const std::string* known = request.Find("If-None-Match");
  return known != nullptr &&
         (*known == "*" || known->find(etag) != std::string::npos);
}

}  // namespace artspeak::web
