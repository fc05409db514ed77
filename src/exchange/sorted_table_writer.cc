#include "exchange/sorted_table_writer.h"

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>
#include <vector>

#include "exchange/crc32c.h"
#include "exchange/protobuf_wire.h"

namespace artspeak::exchange {

namespace {

constexpr size_t kBlockBytes = 256 << 10;
// Entries from one whole key to the next: TensorFlow's.
constexpr int kEntriesPerRestart = 16;

// Entries on their way into a block.
class BlockBuilder {
 public:
  explicit BlockBuilder(int entries_per_restart)
      : entries_per_restart_(entries_per_restart) {}

  size_t size() const { return bytes_.size() + 4 * restarts_.size() + 4; }

  void Add(std::string_view key, std::string_view value) {
    size_t shared = 0;
    if (since_restart_ == entries_per_restart_) {
      restarts_.push_back(static_cast<uint32_t>(bytes_.size()));
      since_restart_ = 0;
    } else {
      const auto differ = std::ranges::mismatch(key, last_key_);
      shared = static_cast<size_t>(differ.in1 - key.begin());
    }
    AppendVarint(shared, bytes_);
    AppendVarint(key.size() - shared, bytes_);
    AppendVarint(value.size(), bytes_);
    bytes_ += key.substr(shared);
    bytes_ += value;
    last_key_ = key;
    ++since_restart_;
  }

  // The whole block; the builder is then as new.
  std::string Finish() {
    for (const uint32_t restart : restarts_) AppendFixed32(restart, bytes_);
    AppendFixed32(static_cast<uint32_t>(restarts_.size()), bytes_);
    std::string block = std::move(bytes_);
    *this = BlockBuilder(entries_per_restart_);
    return block;
  }

 private:
  int entries_per_restart_;
  std::string bytes_;
  std::string last_key_;
  std::vector<uint32_t> restarts_ = {0};
  int since_restart_ = 0;
};

// Appends the block and its trailer to the file; returns its handle.
std::string AppendBlock(std::string_view block, std::string& file) {
  std::string handle;
  AppendVarint(file.size(), handle);
  AppendVarint(block.size(), handle);
  const size_t start = file.size();
  file += block;
  file += static_cast<char>(BlockCompression::kNone);
  const std::string_view sealed = std::string_view(file).substr(start);
  AppendFixed32(MaskedCrc32c(std::as_bytes(std::span(sealed))), file);
  return handle;
}

// A short key that is not below `key`: what TensorFlow names the last block by.
std::string ShortSuccessor(std::string key) {
  const auto found =
      std::ranges::find_if(key, [](char byte) { return byte != '\xff'; });
  if (found == key.end()) return key;
  *found = static_cast<char>(*found + 1);
  key.erase(found + 1, key.end());
  return key;
}

}  // namespace

std::string EncodeSortedTable(std::span<const TableEntry> entries) {
  std::string file;
  BlockBuilder data(kEntriesPerRestart);
  BlockBuilder index(1);
  for (size_t i = 0; i < entries.size(); ++i) {
    assert(i == 0 || entries[i - 1].key < entries[i].key);
    data.Add(entries[i].key, entries[i].value);
    const bool last = i + 1 == entries.size();
    if (!last && data.size() < kBlockBytes) continue;
    const std::string& key = entries[i].key;
    const std::string handle = AppendBlock(data.Finish(), file);
    index.Add(last ? ShortSuccessor(key) : key, handle);
  }
  std::string footer = AppendBlock(BlockBuilder(1).Finish(), file);
  footer += AppendBlock(index.Finish(), file);
  footer.resize(kTableFooterBytes - 8);
  AppendFixed32(static_cast<uint32_t>(kTableMagic), footer);
  AppendFixed32(static_cast<uint32_t>(kTableMagic >> 32), footer);
  return file + footer;
}

}  // namespace artspeak::exchange
