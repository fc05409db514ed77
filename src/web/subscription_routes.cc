#include "web/subscription_routes.h"

#include <utility>
#include <variant>

#include "web/posted_form.h"

namespace artspeak::web {

namespace {

using service::Subscription;
using service::SubscriptionState;

constexpr std::string_view kSubscription = "/subscription/";
constexpr std::string_view kUnsubscribe = "/unsubscribe";

}  // namespace

std::string SubscriptionPath(std::string_view token) {
  return std::string(kSubscription) + std::string(token);
}

std::string UnsubscribePath(std::string_view token) {
  return SubscriptionPath(token) + std::string(kUnsubscribe);
}

std::optional<net::Response> SubscriptionRoutes::Answer(
    const net::Request& request) const {
  const std::string_view path = request.path;
  if (!path.starts_with(kSubscription)) return std::nullopt;
  const std::string_view rest = path.substr(kSubscription.size());
  const std::string_view token = rest.substr(0, rest.find('/'));
  const std::string_view what = rest.substr(token.size());
  const bool posted = request.method == "POST";
  if (what == "/confirm") {
    return posted ? Confirm(request, token) : pages_.WrongMethod("POST");
  }
  if (what == kUnsubscribe) {
    // The token alone counts, whoever posts whatever body: a mail program does
    // it from anywhere, without cookie or origin, and follows no redirection
    // (RFC 8058, 3.1 and 3.2).
    if (posted) Ask([&] { list_.Leave(token); });
    if (posted || request.method == "GET") return Show(token);
    return pages_.WrongMethod("GET, HEAD, POST");
  }
  if (what != "") return pages_.Missing();
  if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
  return Show(token);
}

net::Response SubscriptionRoutes::Show(std::string_view token) const {
  const std::optional<Subscription> subscription =
      Ask([&] { return list_.Find(token); });
  if (!subscription) {
    return pages_.Private(404, "subscription", {{"unknown", true}});
  }
  const SubscriptionState state = subscription->state;
  return pages_.Private(
      200, "subscription",
      {{"unconfirmed", state == SubscriptionState::kUnconfirmed},
       {"confirmed", state == SubscriptionState::kConfirmed},
       {"ended", state == SubscriptionState::kEnded},
       {"address", subscription->address},
       {"wording", wording_.Text()},
       {"confirm_path", SubscriptionPath(token) + "/confirm"},
       {"unsubscribe_path", UnsubscribePath(token)}});
}

net::Response SubscriptionRoutes::Confirm(const net::Request& request,
                                          std::string_view token) const {
  auto posted = ReadPostedForm(request, site_, pages_);
  if (auto* refusal = std::get_if<net::Response>(&posted)) {
    return std::move(*refusal);
  }
  const std::string wording = wording_.Text();
  if (!Ask([&] { return list_.Confirm(token, wording); })) return Show(token);
  return Redirect(303, SubscriptionPath(token));
}

}  // namespace artspeak::web
