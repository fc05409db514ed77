// The texts beside a TensorFlow checkpoint: the file "checkpoint", up to the
// first zero byte, then hparams.json.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.h"
#include "exchange/tensorflow_checkpoint.h"
#include "fuzz/scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  static const auto index = scratch.Write("model-1.index", {});
  const std::span<const uint8_t> input(data, size);
  const auto zero = std::find(input.begin(), input.end(), 0);
  scratch.Write("checkpoint", {input.begin(), zero});
  const bool hparams = zero != input.end();
  scratch.Write("hparams.json", {zero + (hparams ? 1 : 0), input.end()});
  try {
    exchange::FindTensorflowCheckpoint(scratch.path());
  } catch (const base::Error&) {
  }
  try {
    exchange::ReadTensorflowConfig({.prefix = scratch.path() / "model-1"}, {});
  } catch (const base::Error&) {
  }
  return 0;
}
