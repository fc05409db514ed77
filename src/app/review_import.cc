#include "app/review_import.h"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "service/review_id.h"
#include "service/submission.h"

namespace artspeak::app {

namespace {

using nlohmann::json;

// Faults are told as what the line must have; the caller adds which line.
struct LineFault {
  std::string must;
};

// The field, not a copy, which would recurse as deep as the line is nested.
const json& FieldOf(const json& review, const char* key) {
  const auto found = review.find(key);
  if (found == review.end()) {
    throw LineFault{fmt::format("must have \"{}\"", key)};
  }
  return *found;
}

std::string TextOf(const json& review, const char* key) {
  const auto found = review.find(key);
  if (found == review.end() || !found->is_string() ||
      found->get_ref<const std::string&>().empty()) {
    throw LineFault{fmt::format("must have a text \"{}\"", key)};
  }
  return found->get<std::string>();
}

base::UnixTime TimeOf(const json& review) {
  const auto found = review.find("created");
  // Up to the year 9999, which every part of the program can show.
  constexpr int64_t kLast = 253402300799;
  if (found != review.end() && found->is_number_integer()) {
    const auto seconds = found->get<int64_t>();
    if (seconds >= 0 && seconds <= kLast) {
      return base::UnixTime(std::chrono::seconds(seconds));
    }
  }
  if (found != review.end() && found->is_string()) {
    const auto& text = found->get_ref<const std::string&>();
    std::tm parts{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::time_t seconds = rest ? timegm(&parts) : -1;
    if (rest && (std::string_view(rest) == "Z" || *rest == '\0') &&
        seconds >= 0 && seconds <= kLast) {
      return base::UnixTime(std::chrono::seconds(seconds));
    }
  }
  throw LineFault{
      "must have \"created\" as seconds since 1970 or like "
      "\"2020-03-01T00:00:00Z\" (UTC)"};
}

service::ImportedReview ReviewOf(std::string_view line) {
  const json parsed = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) throw LineFault{"must be a JSON object"};
  service::ImportedReview review;
  review.id = TextOf(parsed, "id");
  if (!service::IsReviewId(review.id)) {
    throw LineFault{
        "must have an \"id\" of eight hexadecimal digits, or twelve as here"};
  }
  review.prompt = TextOf(parsed, "prompt");
  const json& eccentricity = FieldOf(parsed, "eccentricity");
  if (!eccentricity.is_number_integer() ||
      eccentricity < service::kMinEccentricity ||
      eccentricity > service::kMaxEccentricity) {
    throw LineFault{fmt::format("must have an \"eccentricity\" from {} to {}",
                                service::kMinEccentricity,
                                service::kMaxEccentricity)};
  }
  review.eccentricity = eccentricity.get<int>();
  review.created = TimeOf(parsed);
  const json& texts = FieldOf(parsed, "texts");
  if (!texts.is_array() || texts.empty() || texts.size() > 100) {
    throw LineFault{"must have \"texts\", a list of 1 to 100 texts"};
  }
  for (const json& text : texts) {
    if (!text.is_string()) throw LineFault{"must have only text in \"texts\""};
    review.texts.push_back(text.get<std::string>());
  }
  return review;
}

}  // namespace

std::vector<service::ImportedReview> ReadReviews(
    const std::filesystem::path& file) {
  const std::string content = base::ReadFile(file);
  std::vector<service::ImportedReview> reviews;
  int number = 0;
  for (std::string_view rest = content; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      reviews.push_back(ReviewOf(line));
    } catch (const LineFault& fault) {
      throw base::Error("{}, line {}: a review {}; nothing was imported",
                        file.string(), number, fault.must);
    }
  }
  if (reviews.empty()) {
    throw base::Error("{} holds no reviews: give one JSON object a line",
                      file.string());
  }
  return reviews;
}

}  // namespace artspeak::app
