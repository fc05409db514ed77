#include "web/completion_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/utf8.h"

namespace artspeak::web {

namespace {

using nlohmann::json;

ApiFault Fault(std::string param, std::string message) {
  return {.message = std::move(message), .param = std::move(param)};
}

// The fields of a request. What is null counts as left out. Every function
// throws an ApiFault.
class Fields {
 public:
  explicit Fields(const json& object) : object_(object) {}

  const json* Find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  template <typename Number>
  void Whole(const char* name, int64_t least, int64_t most,
             Number& number) const {
    const json* value = Find(name);
    if (!value) return;
    const auto whole = value->is_number_integer() && !IsHuge(*value)
                           ? std::optional(value->get<int64_t>())
                           : std::nullopt;
    if (!whole || *whole < least || *whole > most) {
      throw Fault(name, fmt::format("{} is {}: give a whole number from {} to "
                                    "{}",
                                    name, Shown(*value), least, most));
    }
    number = static_cast<Number>(*whole);
  }

  void Real(const char* name, float most, float& number) const {
    const json* value = Find(name);
    if (!value) return;
    const double real = value->is_number() ? value->get<double>() : -1;
    if (!(real >= 0 && real <= most)) {
      throw Fault(name, fmt::format("{} is {}: give a number from 0 to {}",
                                    name, Shown(*value), most));
    }
    number = static_cast<float>(real);
  }

  void Flag(const char* name, bool& flag) const {
    const json* value = Find(name);
    if (!value) return;
    if (!value->is_boolean()) {
      throw Fault(name, fmt::format("{} is {}: give true or false", name,
                                    Shown(*value)));
    }
    flag = value->get<bool>();
  }

  // One string, or a list of some.
  std::vector<std::string> Texts(const char* name, size_t most) const {
    const json* value = Find(name);
    if (!value) return {};
    if (value->is_string()) return {value->get<std::string>()};
    const bool texts =
        value->is_array() && !value->empty() &&
        std::all_of(value->begin(), value->end(),
                    [](const json& text) { return text.is_string(); });
    if (!texts || value->size() > most) {
      throw Fault(name, fmt::format("{} is not what is read here: give a text "
                                    "or a list of 1 to {} texts",
                                    name, most));
    }
    return value->get<std::vector<std::string>>();
  }

  // For what is not done here.
  void Only(const char* name, const json& value) const {
    const json* given = Find(name);
    if (given && *given != value) {
      throw Fault(name, fmt::format("{} is not supported: leave it out", name));
    }
  }

 private:
  static bool IsHuge(const json& value) {
    return value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX;
  }

  static std::string Shown(const json& value) {
    // Which may be nested deeper than can be written.
    if (value.is_structured()) return value.is_array() ? "a list" : "an object";
    constexpr size_t kMost = 40;  // bytes; escaped, so cut anywhere
    const std::string text = value.dump(-1, ' ', true);
    return text.size() <= kMost ? text : text.substr(0, kMost) + "…";
  }

  const json& object_;
};

void CheckNames(const json& object) {
  constexpr std::array kNames = {"model",
                                 "prompt",
                                 "max_tokens",
                                 "temperature",
                                 "top_p",
                                 "n",
                                 "stop",
                                 "seed",
                                 "stream",
                                 "user",
                                 "stream_options",
                                 "logprobs",
                                 "best_of",
                                 "echo",
                                 "frequency_penalty",
                                 "presence_penalty",
                                 "suffix",
                                 "logit_bias"};
  for (const auto& [name, value] : object.items()) {
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      throw Fault(std::string(base::Utf8Prefix(name, 64)),
                  "this field is not known: leave it out");
    }
  }
}

void CheckAmount(const CompletionRequest& request) {
  if (request.texts() > kMaxApiTexts) {
    throw Fault("n", fmt::format("{} texts are asked for: at most {} can be "
                                 "had at once",
                                 request.texts(), kMaxApiTexts));
  }
  const int tokens = request.texts() * request.sampling.max_tokens;
  const int most =
      request.logprobs ? kMaxApiTokensWithLogprobs : kMaxApiTokensInAll;
  if (tokens > most) {
    throw Fault(
        "max_tokens",
        fmt::format("{} texts of {} tokens are asked for: at most {} tokens "
                    "in all can be had at once{}",
                    request.texts(), request.sampling.max_tokens, most,
                    request.logprobs ? " with logprobs" : ""));
  }
}

CompletionRequest ReadFields(const json& object) {
  CheckNames(object);
  const Fields fields(object);
  CompletionRequest request;

  const json* model = fields.Find("model");
  if (!model || !model->is_string()) {
    throw Fault("model", "no model is named: GET /v1/models lists it");
  }
  request.model = model->get<std::string>();

  request.prompts = fields.Texts("prompt", kMaxApiTexts);
  if (request.prompts.empty()) request.prompts.emplace_back();
  fields.Whole("n", 1, kMaxApiTexts, request.n);
  service::SamplingOptions& sampling = request.sampling;
  fields.Whole("max_tokens", 1, kMaxApiTokens, sampling.max_tokens);
  fields.Real("temperature", 2, sampling.temperature);
  fields.Real("top_p", 1, sampling.top_p);
  if (sampling.top_p == 0) {  // which turns it off where texts are drawn
    sampling.top_p = 1;
    sampling.temperature = 0;
  }
  request.stop = fields.Texts("stop", kMaxApiStops);
  for (const std::string& stop : request.stop) {
    if (stop.empty() || stop.size() > kMaxApiStopBytes) {
      throw Fault("stop", fmt::format("a stop text has {} bytes: give 1 to {}",
                                      stop.size(), kMaxApiStopBytes));
    }
  }
  if (fields.Find("seed")) {
    fields.Whole("seed", INT64_MIN, INT64_MAX, request.seed.emplace());
  }
  if (fields.Find("logprobs")) {
    fields.Whole("logprobs", 0, kMaxApiLogprobs, request.logprobs.emplace());
  }
  fields.Flag("stream", request.stream);
  if (const json* options = fields.Find("stream_options")) {
    if (!request.stream || !options->is_object()) {
      throw Fault("stream_options", "this is an object for streams alone");
    }
    Fields(*options).Flag("include_usage", request.include_usage);
  }

  fields.Only("best_of", 1);
  fields.Only("echo", false);
  fields.Only("frequency_penalty", 0);
  fields.Only("presence_penalty", 0);
  fields.Only("logit_bias", json::object());
  fields.Only("suffix", "");

  CheckAmount(request);
  return request;
}

}  // namespace

std::variant<CompletionRequest, ApiFault> ParseCompletionRequest(
    std::string_view body) {
  const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return ApiFault{.message = "the body is not a JSON object in UTF-8"};
  }
  try {
    return ReadFields(object);
  } catch (ApiFault& fault) {
    return std::move(fault);
  }
}

}  // namespace artspeak::web
