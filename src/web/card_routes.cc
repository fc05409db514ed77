#include "web/card_routes.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/hash.h"
#include "service/review_id.h"
#include "web/etag.h"
#include "web/paragraphs.h"

namespace artspeak::web {

namespace {

using service::ReviewState;

// Longer than a card takes where pages and texts are made meanwhile.
constexpr std::chrono::milliseconds kPatience{2000};
constexpr size_t kMaxTitle = 600;  // code points; no card holds more
constexpr size_t kMaxText = 1500;

Card CardOf(const service::Review& review, std::string name, CardStyle style) {
  Card card{std::move(name), Shorten(review.prompt, kMaxTitle), "",
            std::move(style)};
  for (const std::string& text : review.texts) {
    card.text = Shorten(text, kMaxText);
    if (!card.text.empty()) break;
  }
  return card;
}

std::string KeyOf(const std::string& name, const CardStyle& style) {
  return base::Blake2bHex(
      fmt::format("{:x} {:x} {:x} {}{}{}{}\n{}\n{}\n{}", style.wall, style.ink,
                  style.dot, style.title.italic, style.title.bold,
                  style.text.italic, style.text.bold, style.title.families,
                  style.text.families, name),
      12);
}

}  // namespace

std::optional<net::Response> CardRoutes::Answer(
    const net::Request& request) const {
  constexpr std::string_view kReview = "/review/";
  constexpr std::string_view kCard = "/card.png";
  std::string_view path = request.path;
  if (!path.ends_with(kCard)) return std::nullopt;
  path.remove_suffix(kCard.size());
  if (!path.empty() && !path.starts_with(kReview)) return std::nullopt;
  if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
  const Look look = ReadLook();
  if (path.empty()) {
    return Show(request, look.key, [&] {
      return Card{pages_.name(), "", "", look.style};
    });
  }
  path.remove_prefix(kReview.size());
  if (!service::IsReviewId(path)) return pages_.Missing();
  const std::optional<service::Review> review =
      Ask([&] { return reception_.Find(path); });
  if (review && review->state == ReviewState::kBlocked) {
    return pages_.Private(410, "blocked", {});
  }
  if (!review || review->state != ReviewState::kDone) return pages_.Missing();
  return Show(request, look.key + review->id,
              [&] { return CardOf(*review, pages_.name(), look.style); });
}

void CardRoutes::Prepare(const service::Review& review) const {
  const Look look = ReadLook();
  press_.Order(look.key + review.id,
               [&] { return CardOf(review, pages_.name(), look.style); });
}

CardRoutes::Look CardRoutes::ReadLook() const {
  auto stylesheet = assets_.Find("style.css");
  const std::lock_guard lock(mutex_);
  if (look_.key.empty() || look_.stylesheet != stylesheet) {
    look_.style = stylesheet ? ReadCardStyle(stylesheet->content) : CardStyle{};
    look_.key = KeyOf(pages_.name(), look_.style);
    look_.stylesheet = std::move(stylesheet);
  }
  return look_;
}

// A finished review does not change: its id is enough to know its card.
net::Response CardRoutes::Show(const net::Request& request,
                               const std::string& key,
                               const CardPress::MakeCard& card) const {
  const std::string etag = '"' + key + '"';
  net::Response response;
  response.headers = {{"Cache-Control", "no-cache"},
                      {"ETag", etag},
                      {"X-Robots-Tag", "noindex"}};
  if (HasKnownETag(request, etag)) {
    response.status = 304;
    return response;
  }
  const CardPress::Png png = press_.Wait(key, card, kPatience);
  if (png == nullptr) {
    response = PlainText(503, "The picture is being drawn. Try again soon.\n");
    response.headers.push_back({"Retry-After", "2"});
    return response;
  }
  response.headers.push_back({"Content-Type", "image/png"});
  response.body = *png;
  return response;
}

}  // namespace artspeak::web
