// What a program posts for texts: what is taken keeps the limits, and what is
// refused can be answered.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "web/completion_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  const auto parsed =
      web::ParseCompletionRequest({reinterpret_cast<const char*>(data), size});
  if (const auto* fault = std::get_if<web::ApiFault>(&parsed)) {
    if (web::ApiFaultJson(*fault).empty()) std::abort();
    return 0;
  }
  const auto& request = std::get<web::CompletionRequest>(parsed);
  const service::SamplingOptions& sampling = request.sampling;
  if (request.texts() < 1 || request.texts() > web::kMaxApiTexts ||
      sampling.max_tokens < 1 ||
      request.texts() * sampling.max_tokens > web::kMaxApiTokensInAll ||
      !(sampling.temperature >= 0 && sampling.temperature <= 2) ||
      !(sampling.top_p > 0 && sampling.top_p <= 1)) {
    std::abort();
  }
  for (const auto& stop : request.stop) {
    if (stop.empty()) std::abort();
  }
  return 0;
}
