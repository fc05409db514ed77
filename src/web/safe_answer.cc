#include "web/safe_answer.h"

#include <exception>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"

namespace artspeak::web {

using net::Response;

namespace {

// Nothing but our own files, no frame, no form to elsewhere.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

Response AnswerOrApology(const Pages& pages,
                         const std::function<Response()>& route) {
  try {
    try {
      return route();
    } catch (const StoreUnavailable&) {
      Response response = pages.Problem(
          503, "The desk is closed for a moment",
          "The site could not reach its own records. Nothing was lost, and "
          "nothing was stored: please try again in a minute.");
      response.headers.push_back({"Retry-After", "30"});
      return response;
    }
  } catch (const base::Error& error) {
    base::LogError("a page could not be made: {}", error.what());
    return PlainText(
        500, "This page is being rehung. Please come back in a few minutes.\n");
  }
}

}  // namespace

void AddPageHeaders(Response& response) {
  response.headers.push_back(
      {"Content-Security-Policy", std::string(kContentSecurityPolicy)});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  // "no-referrer" would make browsers post with "Origin: null".
  response.headers.push_back({"Referrer-Policy", "same-origin"});
}

Response SafeAnswer(const Pages& pages,
                    const std::function<Response()>& route) noexcept {
  try {
    Response response = AnswerOrApology(pages, route);
    AddPageHeaders(response);
    return response;
  } catch (const std::exception& error) {
    base::LogError("a request could not be answered: {}", error.what());
    return PlainText(500, "Something went wrong here. Please try again.\n");
  }
}

}  // namespace artspeak::web
