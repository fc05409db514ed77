// A tokenizer.json: loaded; what loads must encode and decode.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "fuzz/scratch.h"
#include "text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  constexpr std::string_view kText =
      "the painter's 2 cafés <|endoftext|> <pad>\n\n   \xFF 🎨";
  static const fuzz::Scratch scratch;
  scratch.Write("tokenizer.json", {data, size});
  try {
    const auto tokenizer = text::Tokenizer::Load(scratch.path());
    for (const auto specials :
         {text::Specials::kAsText, text::Specials::kAsTokens}) {
      if (tokenizer.Decode(tokenizer.Encode(kText, specials)) != kText) {
        std::abort();
      }
    }
  } catch (const base::Error&) {
  }
  return 0;
}
