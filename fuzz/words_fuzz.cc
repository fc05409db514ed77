// Any bytes as words: each stands behind the one before and is valid text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/utf8.h"
#include "text/words.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  size_t end = 0;
  text::WordReader words({reinterpret_cast<const char*>(data), size});
  while (words.Next()) {
    if (words.begin() < end || words.end() <= words.begin() ||
        words.end() > size || !base::IsValidUtf8(words.folded())) {
      __builtin_trap();
    }
    end = words.end();
  }
  return 0;
}
