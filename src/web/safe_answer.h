// An answer whatever happens on the way, with the headers that every page has.
#pragma once

#include <functional>

#include "net/http_message.h"
#include "web/pages.h"

namespace artspeak::web {

// What every page says of itself, pictures and errors too.
void AddPageHeaders(net::Response& response);

// What `route` answers, with those headers; 503 if the store could not answer
// (StoreUnavailable), 500 for anything else it throws, in plain words and
// without details.
net::Response SafeAnswer(const Pages& pages,
                         const std::function<net::Response()>& route) noexcept;

}  // namespace artspeak::web
