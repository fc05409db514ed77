// What a model hub answers: the list of a model's files, the index of its
// weights, and the names in them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "exchange/hub_listing.h"
#include "exchange/hub_name.h"

namespace {

// A name that leads out of its folder would be a hole.
void CheckName(const std::string& name) {
  if (name.find('/') != std::string::npos || name.starts_with('.')) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    int64_t bytes = 0;
    for (const auto& file : exchange::ParseHubListing(text, "model").files) {
      CheckName(file.name);
      bytes += file.size;  // the sanitizer sees an overflow
    }
  } catch (const base::Error&) {
  }
  try {
    for (const auto& name : exchange::ParseShardIndex(text, "index")) {
      CheckName(name);
    }
  } catch (const base::Error&) {
  }
  if (const auto name = exchange::ParseHubName(text)) {
    if (exchange::ParseHubName(name->text()) != name) std::abort();
  }
  return 0;
}
