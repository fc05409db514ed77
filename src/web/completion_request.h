// What a program asks for with POST /v1/completions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "service/provenance.h"
#include "web/api_fault.h"

namespace artspeak::web {

// Limits beyond which a request is a slip or takes too long.
inline constexpr int kMaxApiTexts = 16;     // of all prompts
inline constexpr int kMaxApiTokens = 1024;  // a text
inline constexpr int kMaxApiTokensInAll = 4096;
inline constexpr int kMaxApiTokensWithLogprobs = 512;  // in all
inline constexpr int kMaxApiLogprobs = 5;
inline constexpr size_t kMaxApiStops = 4;
inline constexpr size_t kMaxApiStopBytes = 256;

struct CompletionRequest {
  std::string model;
  std::vector<std::string> prompts;  // at least one; each gets n texts
  int n = 1;
  std::optional<uint64_t> seed;
  service::SamplingOptions sampling = {
      .temperature = 1, .top_p = 1, .max_tokens = 16};
  std::vector<std::string> stop;
  std::optional<int> logprobs;
  bool stream = false;
  bool include_usage = false;  // in the stream's last chunk

  int texts() const { return static_cast<int>(prompts.size()) * n; }
};

// Reads the JSON of a body, any bytes whatever. What OpenAI's API knows and we
// do not do is refused, but for its defaults: nobody shall believe that it was
// done.
std::variant<CompletionRequest, ApiFault> ParseCompletionRequest(
    std::string_view body);

}  // namespace artspeak::web
