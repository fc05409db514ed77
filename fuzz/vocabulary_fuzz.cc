// A vocabulary's files: vocab.json and merges.txt, each after its length (four
// bytes, little-endian), and what is left as added_tokens.json, if anything is.
// What loads must encode, decode, and be the same when saved and loaded again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/error.h"
#include "fuzz/scratch.h"
#include "text/tokenizer.h"

namespace {

using namespace artspeak;

constexpr std::string_view kText =
    "the painter's 2 cafés <|endoftext|> <pad>\n\n   \xFF 🎨";

std::span<const uint8_t> TakeFile(std::span<const uint8_t>& rest) {
  size_t size = 0;
  for (int i = 0; i < 4 && !rest.empty(); ++i) {
    size |= size_t{rest[0]} << 8 * i;
    rest = rest.subspan(1);
  }
  const auto file = rest.first(std::min(size, rest.size()));
  rest = rest.subspan(file.size());
  return file;
}

// Unlike the first time, here an error is a fault.
text::Tokenizer Again(const std::filesystem::path& directory) {
  try {
    return text::Tokenizer::Load(directory);
  } catch (const base::Error&) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const fuzz::Scratch scratch, copy;
  std::span<const uint8_t> rest(data, size);
  scratch.Write("vocab.json", TakeFile(rest));
  scratch.Write("merges.txt", TakeFile(rest));
  if (rest.empty()) {
    std::filesystem::remove(scratch.path() / "added_tokens.json");
  } else {
    scratch.Write("added_tokens.json", rest);
  }
  try {
    const auto tokenizer = text::Tokenizer::Load(scratch.path());
    tokenizer.Save(copy.path());
    const auto again = Again(copy.path());
    if (again.Digest() != tokenizer.Digest()) std::abort();
    for (const auto specials :
         {text::Specials::kAsText, text::Specials::kAsTokens}) {
      const auto tokens = tokenizer.Encode(kText, specials);
      if (tokenizer.Decode(tokens) != kText) std::abort();
      if (again.Encode(kText, specials) != tokens) std::abort();
    }
  } catch (const base::Error&) {
  }
  return 0;
}
