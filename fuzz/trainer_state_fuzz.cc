// A trainer's state without its checksum, which is added; so is the length of
// the file, at its place.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "fuzz/checksum.h"
#include "fuzz/scratch.h"
#include "train/trainer_state.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  std::vector<uint8_t> bytes(data, data + size);
  if (size >= 24) {
    const uint64_t length = size + 16;
    std::memcpy(bytes.data() + 16, &length, sizeof length);
  }
  try {
    const train::TrainerState state =
        train::LoadState(scratch.Write("state", fuzz::WithChecksum(bytes)));
    train::SaveState(scratch.path() / "again", state);
  } catch (const base::Error&) {
  }
  return 0;
}
