// A token file of gpt-2-simple: its archive, its arrays and their headers.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "corpus/npz.h"
#include "fuzz/scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  try {
    corpus::ReadTokenArrays(scratch.Write("tokens.npz", {data, size}));
  } catch (const base::Error&) {
  }
  return 0;
}
