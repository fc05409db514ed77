// A passage index without its checksum, which is added; what opens is searched.
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/error.h"
#include "corpus/originality.h"
#include "corpus/passage_file.h"
#include "fuzz/checksum.h"
#include "fuzz/scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  const std::filesystem::path path =
      scratch.Write("originality", fuzz::WithChecksum({data, size}));
  try {
    const corpus::StoredPassages stored = corpus::OpenPassageFile(path);
    corpus::MeasureOriginality("The light in the room is quiet, and the light",
                               stored.index);
  } catch (const base::Error&) {
  }
  return 0;
}
