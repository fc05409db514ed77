// config.json: what is taken is a shape that can be, and comes back as saved.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "fuzz/scratch.h"
#include "gpt2/config.h"
#include "gpt2/parameters.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  try {
    scratch.Write("config.json", {data, size});
    const auto config = gpt2::Config::Load(scratch.path());
    config.Validate();
    int64_t parameters = 0;
    for (const auto& place : gpt2::TensorPlaces(config)) {
      parameters += place.size;
    }
    if (parameters != config.parameter_count()) std::abort();
    config.Save(scratch.path());
    if (gpt2::Config::Load(scratch.path()) != config) std::abort();
  } catch (const base::Error&) {
  }
  return 0;
}
