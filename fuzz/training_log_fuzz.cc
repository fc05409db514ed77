// A run's log, rolled back: what is kept is not touched a second time.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "fuzz/scratch.h"
#include "train/training_log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  const std::filesystem::path path = scratch.Write("log.jsonl", {data, size});
  try {
    train::RollLogBack(path, 100);
    const std::string once = base::ReadFile(path);
    train::RollLogBack(path, 100);
    if (base::ReadFile(path) != once) __builtin_trap();
  } catch (const base::Error&) {
  }
  return 0;
}
