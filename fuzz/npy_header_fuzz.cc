// The header of one array, which the archive around it guards with a checksum
// that a fuzzer does not find.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "corpus/npy_header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  try {
    corpus::ParseNpyHeader({reinterpret_cast<const char*>(data), size});
  } catch (const base::Error&) {
  }
  return 0;
}
