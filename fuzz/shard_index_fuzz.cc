// model.safetensors.index.json beside two shards: every tensor it leads to is
// one of theirs.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "fuzz/scratch.h"
#include "gpt2/safetensors_writer.h"
#include "gpt2/weight_files.h"

namespace {

using namespace artspeak;

const fuzz::Scratch& ScratchWithShards() {
  static const fuzz::Scratch scratch;
  static const bool written = [] {
    const std::vector<float> numbers(4);
    const std::vector<gpt2::FloatTensor> a = {{"a", {4}, numbers}};
    const std::vector<gpt2::FloatTensor> b = {{"b", {2, 2}, numbers}};
    gpt2::WriteSafetensors(scratch.path() / "1.safetensors", a);
    gpt2::WriteSafetensors(scratch.path() / "2.safetensors", b);
    return true;
  }();
  (void)written;
  return scratch;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Scratch& scratch = ScratchWithShards();
  try {
    scratch.Write("model.safetensors.index.json", {data, size});
    const gpt2::WeightFiles files(scratch.path());
    for (const auto& [name, place] : files.tensors()) {
      if (name != "a" && name != "b") std::abort();
      if (place.tensor->bytes.size() != 16) std::abort();
    }
  } catch (const base::Error&) {
  }
  return 0;
}
