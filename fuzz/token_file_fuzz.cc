// A token file without its checksum, which is added.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "corpus/token_file.h"
#include "fuzz/checksum.h"
#include "fuzz/scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  // The origin that the seeds have, so that the tokens are read too.
  corpus::TokenOrigin origin;
  origin.dataset = std::string(16, 'd');
  origin.tokenizer = std::string(16, 't');
  origin.vocab_size = 300;
  const std::filesystem::path path =
      scratch.Write("tokens", fuzz::WithChecksum({data, size}));
  try {
    corpus::ReadTokenFile(path, origin);
  } catch (const base::Error&) {
  }
  return 0;
}
