#include "web/review_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "web/review_page.h"

namespace artspeak::web {

using service::ReviewState;

std::string DescribeAsJson(const service::Review& review,
                           const net::Url& site) {
  nlohmann::ordered_json json;
  json["id"] = review.id;
  json["link"] = site.origin() + ReviewPath(review.id);
  json["state"] = service::StateName(review.state);
  if (review.state != ReviewState::kBlocked &&
      review.state != ReviewState::kHeld) {
    json["prompt"] = review.prompt;
    json["eccentricity"] = review.eccentricity;
    json["created"] = base::FormatUtc(review.created);
    if (review.state == ReviewState::kWaiting ||
        review.state == ReviewState::kGenerating) {
      json["jobs_ahead"] = review.jobs_ahead;
    }
    if (review.estimate) {
      json["estimate"] = {{"low", std::floor(review.estimate->low)},
                          {"high", std::ceil(review.estimate->high)}};
    }
    json["texts"] = nlohmann::ordered_json::array();
    for (size_t i = 0; i < review.texts.size(); ++i) {
      json["texts"].push_back(
          {{"number", PlaceOf(review, i) + 1}, {"text", review.texts[i]}});
    }
  }
  // What a model or a visitor wrote is not UTF-8 for certain.
  return json.dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace artspeak::web
