#include "web/completions_api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "service/random_digits.h"
#include "service/worker.h"
#include "web/api_fault.h"
#include "web/api_key.h"
#include "web/completion_request.h"

namespace artspeak::web {

namespace {

using Json = nlohmann::ordered_json;
using net::Request;
using net::Response;

constexpr std::string_view kModelsPath = "/v1/models";

uint64_t RandomSeed() {
  uint64_t seed = 0;
  base::SystemRandom(std::as_writable_bytes(std::span(&seed, 1)));
  return seed;
}

// Equal for generators that write the same text with the same seed.
std::string FingerprintOf(const service::GeneratorIdentity& identity) {
  return "fp_" +
         base::Blake2bHex(
             fmt::format("{} {} {} {} {}", identity.model_hash, identity.kv,
                         identity.instruction_set, identity.max_copied_words,
                         identity.passages_hash),
             5);
}

Response JsonResponse(std::string json) {
  return {.status = 200,
          .headers = {{"Content-Type", "application/json"},
                      {"Cache-Control", "no-store"}},
          .body = std::move(json) + "\n"};
}

// There is no room for what was asked for, but there will be.
Response TooMuch(std::string message, std::chrono::seconds retry_after) {
  Response response = ApiFaultResponse({.status = 429,
                                        .message = std::move(message),
                                        .code = "rate_limit_exceeded"});
  response.headers.push_back(
      {"Retry-After", std::to_string(retry_after.count())});
  return response;
}

Response WrongMethod(const char* allowed) {
  Response response = ApiFaultResponse(
      {.status = 405,
       .message = fmt::format("this address answers {} alone", allowed)});
  response.headers.push_back({"Allow", allowed});
  return response;
}

}  // namespace

CompletionsApi::CompletionsApi(Options options,
                               service::TextGenerator& generator,
                               base::Clock& clock)
    : key_hashes_(options.key_hashes.begin(), options.key_hashes.end()),
      model_(std::move(options.model)),
      generator_(generator),
      clock_(clock),
      quota_(options.limits, clock),
      fingerprint_(FingerprintOf(generator.identity())),
      created_(std::chrono::floor<std::chrono::seconds>(clock.Now())
                   .time_since_epoch()
                   .count()),
      keep_alive_([this](std::stop_token stop) { KeepAlive(stop); }) {}

std::optional<Response> CompletionsApi::Answer(const Request& request) {
  if (!request.path.starts_with("/v1/")) return std::nullopt;
  Response response = Route(request);
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

Response CompletionsApi::Route(const Request& request) {
  const std::optional<std::string> key = KeyOf(request);
  if (!key) {
    Response response = ApiFaultResponse(
        {.status = 401,
         .message = "the key is missing or wrong: send \"Authorization: Bearer "
                    "KEY\" with one that the site's owner gave you",
         .code = "invalid_api_key"});
    response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return response;
  }
  const std::string& path = request.path;
  if (path == "/v1/completions") {
    return request.method == "POST" ? Complete(request, *key)
                                    : WrongMethod("POST");
  }
  if (path == kModelsPath) {
    if (request.method != "GET") return WrongMethod("GET");
    return JsonResponse(
        fmt::format(R"({{"object":"list","data":[{}]}})", ModelJson()));
  }
  if (path.starts_with(kModelsPath) && path[kModelsPath.size()] == '/') {
    if (request.method != "GET") return WrongMethod("GET");
    if (path.substr(kModelsPath.size() + 1) == model_) {
      return JsonResponse(ModelJson());
    }
    return ApiFaultResponse({.status = 404,
                             .message = "there is no such model: GET "
                                        "/v1/models lists the one there is",
                             .param = "model",
                             .code = "model_not_found"});
  }
  return Nothing();
}

Response CompletionsApi::Nothing() {
  return ApiFaultResponse(
      {.status = 404,
       .message = "there is nothing at this address: the model completes "
                  "texts at /v1/completions",
       .code = "unknown_url"});
}

std::optional<std::string> CompletionsApi::KeyOf(const Request& request) const {
  const std::string* sent = request.Find("Authorization");
  constexpr std::string_view kScheme = "bearer ";  // in any case: RFC 9110
  if (!sent || sent->size() < kScheme.size()) return std::nullopt;
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = (*sent)[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != kScheme[i]) {
      return std::nullopt;
    }
  }
  std::string hash = HashApiKey(std::string_view(*sent).substr(kScheme.size()));
  if (!key_hashes_.contains(hash)) return std::nullopt;
  return hash;
}

std::string CompletionsApi::ModelJson() const {
  return Json{{"id", model_},
              {"object", "model"},
              {"created", created_},
              {"owned_by", "artspeak"}}
      .dump();
}

Response CompletionsApi::Complete(const Request& request,
                                  const std::string& key) {
  const auto parsed = ParseCompletionRequest(request.body);
  if (const auto* fault = std::get_if<ApiFault>(&parsed)) {
    return ApiFaultResponse(*fault);
  }
  const auto& asked = std::get<CompletionRequest>(parsed);
  if (asked.model != model_) {
    return ApiFaultResponse(
        {.status = 404,
         .message =
             fmt::format("there is no such model here: ask for {}", model_),
         .param = "model",
         .code = "model_not_found"});
  }
  if (asked.texts() > quota_.limits().texts) {
    return ApiFaultResponse(
        {.message = fmt::format("one key gets {} texts at once: ask for so "
                                "many of all prompts at most",
                                quota_.limits().texts),
         .param = "n"});
  }
  int prompt_tokens = 0;
  for (const std::string& prompt : asked.prompts) {
    const int tokens = generator_.CountTokens(prompt);
    if (tokens > generator_.context()) {
      return ApiFaultResponse(
          {.message = fmt::format("the prompt has {} tokens: the model reads "
                                  "{} at once",
                                  tokens, generator_.context()),
           .param = "prompt",
           .code = "context_length_exceeded"});
    }
    prompt_tokens += tokens;
  }

  auto granted = quota_.Ask(
      key, {.texts = asked.texts(), .tokens_each = asked.sampling.max_tokens});
  if (const auto* refused = std::get_if<KeyQuota::Refused>(&granted)) {
    const KeyLimits& limits = quota_.limits();
    return TooMuch(
        refused->why == KeyQuota::Refusal::kTexts
            ? fmt::format("one key gets {} texts at once: try again when some "
                          "of yours are written",
                          limits.texts)
            : fmt::format("one key gets {} tokens an hour, of prompts and "
                          "texts: try again later",
                          limits.tokens),
        refused->retry_after);
  }
  const auto answer = std::make_shared<CompletionAnswer>(
      CompletionAnswer::Options{
          .id = "cmpl-" + service::RandomDigits(24),
          .model = model_,
          .fingerprint = fingerprint_,
          .created = std::chrono::floor<std::chrono::seconds>(clock_.Now())
                         .time_since_epoch()
                         .count(),
          .texts = asked.texts(),
          .prompt_tokens = prompt_tokens,
          .logprobs = asked.logprobs.has_value(),
          .stream = asked.stream,
          .include_usage = asked.include_usage},
      std::get<std::unique_ptr<KeyQuota::Grant>>(std::move(granted)),
      generator_);
  if (!Start(asked, answer)) {
    answer->Abandon();
    return TooMuch(
        "as many texts are being written as can be: try again in some seconds, "
        "or ask for fewer at once",
        std::chrono::seconds(5));
  }
  answer->CountPrompts();
  Remember(answer);
  Response response;
  response.headers = {
      {"Content-Type", asked.stream ? "text/event-stream" : "application/json"},
      {"Cache-Control", "no-store"},
      {"X-Accel-Buffering", "no"}};
  response.stream = answer->Reader();
  response.head_waits = !asked.stream;
  return response;
}

// False if there is no room for all of them.
bool CompletionsApi::Start(const CompletionRequest& asked,
                           const std::shared_ptr<CompletionAnswer>& answer) {
  service::GenerationRequest request{.prompt = {},
                                     .seeds = {},
                                     .sampling = asked.sampling,
                                     .stop = asked.stop,
                                     .logprobs = asked.logprobs,
                                     .background = true};
  const uint64_t seed = asked.seed ? *asked.seed : RandomSeed();
  for (int i = 0; i < asked.n; ++i) {
    request.seeds.push_back(service::TextSeed(seed, i, 0));
  }
  int first = 0;
  for (const std::string& prompt : asked.prompts) {
    request.prompt = prompt;
    const auto ticket = generator_.Start(request, answer->MakeSink(first));
    if (!ticket) return false;
    answer->Add(*ticket);
    first += asked.n;
  }
  return true;
}

void CompletionsApi::Remember(const std::shared_ptr<CompletionAnswer>& answer) {
  std::lock_guard lock(mutex_);
  std::erase_if(answers_, [](const auto& weak) { return weak.expired(); });
  answers_.push_back(answer);
}

void CompletionsApi::KeepAlive(std::stop_token stop) {
  while (clock_.Sleep(kKeepAliveEvery, stop)) {
    std::vector<std::weak_ptr<CompletionAnswer>> answers;
    {
      std::lock_guard lock(mutex_);
      answers = answers_;
    }
    for (const auto& weak : answers) {
      if (const auto answer = weak.lock()) answer->KeepAlive();
    }
  }
}

}  // namespace artspeak::web
