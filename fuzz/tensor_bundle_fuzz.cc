// A TensorFlow checkpoint: opened, and every tensor of it read.
//
// The first byte says what follows. 0: the length of the index (two bytes,
// little-endian), the index, one shard. Else, so that checksums do not keep out
// what lies behind them: the length of a block, the block, which is sealed into
// an index (1: as it is, others: as snappy's), one shard.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "exchange/tensor_bundle_reader.h"
#include "exchange/test_table.h"
#include "fuzz/scratch.h"

namespace {

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace artspeak;
  static const fuzz::Scratch scratch;
  if (size < 3) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 3,
                               size - 3);
  const size_t length =
      std::min<size_t>(data[1] | size_t{data[2]} << 8, input.size());
  const std::string_view first = input.substr(0, length);
  if (data[0] == 0) {
    scratch.Write("model.index", AsBytes(first));
  } else {
    const auto compression = data[0] == 1 ? exchange::BlockCompression::kNone
                                          : exchange::BlockCompression::kSnappy;
    scratch.Write("model.index",
                  AsBytes(exchange::TableOfBlock(first, compression)));
  }
  scratch.Write("model.data-00000-of-00001", AsBytes(input.substr(length)));
  try {
    const exchange::TensorBundleReader reader(scratch.path() / "model");
    for (const auto& [name, entry] : reader.index().entries) {
      if (exchange::BytesOfDtype(entry.dtype) == 0) continue;
      try {
        reader.Read(name);
      } catch (const base::Error&) {
      }
    }
  } catch (const base::Error&) {
  }
  return 0;
}
