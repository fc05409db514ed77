// Arbitrary bytes as a text: encoded and decoded they are the same again, in
// both readings of the end of a text, at once and as a stream.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer.h"
#include "text/trainer.h"

namespace {

using namespace artspeak;

void Check(bool holds) {
  if (!holds) std::abort();
}

text::Tokenizer SmallTokenizer() {
  return text::TrainTokenizer(
      std::vector<std::string>{
          "the painter paints the painting; the café paints the painter “too”",
          "naïve colours, naïve café, 🎨🎨🎨 and the end of the endless text",
          "aaaaaaaa aaaa    aa  aaaaaa    \n\n\n\n '''' 1234 1234 it's it's"},
      400, {});
}

void CheckPieces(std::string_view text) {
  while (!text.empty()) {
    const std::string_view piece = text::NextPiece(text);
    Check(!piece.empty() && piece.data() == text.data());
    Check(piece.size() <= text.size());
    text.remove_prefix(piece.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const text::Tokenizer tokenizer = SmallTokenizer();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckPieces(bytes);
  for (const auto specials :
       {text::Specials::kAsText, text::Specials::kAsTokens}) {
    const std::vector<text::TokenId> tokens = tokenizer.Encode(bytes, specials);
    Check(tokenizer.Decode(tokens) == bytes);
    text::StreamDecoder decoder(tokenizer);
    std::string streamed;
    for (const text::TokenId token : tokens) {
      const std::string part = decoder.Push(token);
      Check(base::IsValidUtf8(part));
      streamed += part;
    }
    streamed += decoder.Finish();
    Check(streamed == base::ToValidUtf8(bytes));
  }
  return 0;
}
