// A data set as text: the first byte chooses its form.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"
#include "corpus/cleaner.h"
#include "corpus/reader.h"
#include "fuzz/scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  if (size == 0) return 0;
  constexpr const char* kNames[] = {"a.csv", "a.jsonl", "a.txt"};
  const std::filesystem::path path =
      scratch.Write(kNames[data[0] % 3], {data + 1, size - 1});
  try {
    std::vector<corpus::Document> documents = corpus::ReadDataset(path);
    for (const corpus::Document& document : documents) {
      if (!base::IsValidUtf8(document.text)) __builtin_trap();
    }
    corpus::Deduplicate(corpus::Clean(std::move(documents)));
  } catch (const base::Error&) {
  }
  return 0;
}
