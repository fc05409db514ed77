// A review while it is being made, for scripts and programs:
//   GET /review/<id>/events  server-sent events, review_events.h
//   GET /review/<id>.json    review_json.h; blocked: 410, unknown: 404
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.h"
#include "net/url.h"
#include "service/reception.h"
#include "web/pages.h"
#include "web/review_events.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class LiveRoutes {
 public:
  // Tells visitors apart for the limits; empty when unknown.
  using ClientOf = std::function<std::string(const net::Request&)>;

  LiveRoutes(const Pages& pages, const net::Url& site,
             service::Reception& reception, ReviewEvents& events,
             ClientOf client_of)
      : pages_(pages),
        site_(site),
        reception_(reception),
        events_(events),
        client_of_(std::move(client_of)) {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  net::Response Events(const net::Request& request, std::string_view id) const;
  net::Response Json(std::string_view id) const;

  const Pages& pages_;
  const net::Url& site_;
  service::Reception& reception_;
  ReviewEvents& events_;
  ClientOf client_of_;
};

}  // namespace artspeak::web
