#include "exchange/sorted_table_reader.h"

#include <snappy.h>

#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "exchange/crc32c.h"
#include "exchange/protobuf_wire.h"

namespace artspeak::exchange {

using base::Error;

namespace {

// A thousand times what the index of the largest GPT-2 holds.
constexpr uint64_t kLargestContent = 16 << 20;
// A snappy element of three bytes stands for at most 64
// (snappy/format_description.txt, section 2.2).
constexpr uint64_t kSnappyGain = 22;

struct BlockHandle {
  uint64_t offset = 0;
  uint64_t size = 0;  // without the trailer
};

BlockHandle TakeHandle(std::string_view& bytes) {
  const uint64_t offset = TakeVarint(bytes);
  return {offset, TakeVarint(bytes)};
}

BlockHandle ReadFooter(std::string_view file) {
  if (file.size() < kTableFooterBytes) throw Error("it is too short");
  std::string_view footer = file.substr(file.size() - kTableFooterBytes);
  std::string_view magic = footer.substr(kTableFooterBytes - 8);
  const uint64_t low = TakeFixed32(magic);
  if ((uint64_t{TakeFixed32(magic)} << 32 | low) != kTableMagic) {
    throw Error("it is truncated or another kind of file");
  }
  footer.remove_suffix(8);
  TakeHandle(footer);  // the metaindex
  return TakeHandle(footer);
}

std::string Uncompress(std::string_view compressed) {
  size_t length = 0;
  if (!snappy::GetUncompressedLength(compressed.data(), compressed.size(),
                                     &length) ||
      length > kLargestContent || length > kSnappyGain * compressed.size()) {
    throw Error("it holds a compressed block of an impossible length");
  }
  std::string content(length, '\0');
  if (!snappy::RawUncompress(compressed.data(), compressed.size(),
                             content.data())) {
    throw Error("it holds a compressed block that does not unpack");
  }
  return content;
}

std::string ReadBlock(std::string_view file, const BlockHandle& handle) {
  const uint64_t room = file.size() - kTableFooterBytes;
  if (handle.offset > room || handle.size > room - handle.offset ||
      room - handle.offset - handle.size < kBlockTrailerBytes) {
    throw Error("it names a block beyond its end");
  }
  if (handle.size > kLargestContent) throw Error("it holds too large a block");
  const std::string_view block = file.substr(handle.offset, handle.size);
  // The checksum is of the block and of the byte after it.
  const std::string_view sealed = file.substr(handle.offset, handle.size + 1);
  std::string_view checksum = file.substr(handle.offset + handle.size + 1);
  if (TakeFixed32(checksum) != MaskedCrc32c(std::as_bytes(std::span(sealed)))) {
    throw Error("it is damaged: a checksum does not match");
  }
  switch (static_cast<BlockCompression>(sealed.back())) {
    case BlockCompression::kNone:
      return std::string(block);
    case BlockCompression::kSnappy:
      return Uncompress(block);
  }
  throw Error("it is compressed in a way that this program does not know");
}

// Calls visit(key, value), valid for that call, for each entry of the block.
template <typename Visit>
void VisitEntries(std::string_view block, const Visit& visit) {
  // The list of restarts only helps a search: all that is wanted is its end.
  if (block.size() < 4) throw Error("it holds a block that is too short");
  std::string_view count = block.substr(block.size() - 4);
  block.remove_suffix(4);
  const uint64_t restarts = 4 * uint64_t{TakeFixed32(count)};
  if (restarts > block.size()) throw Error("it holds a block that is cut off");
  block.remove_suffix(restarts);
  std::string key;
  while (!block.empty()) {
    const uint64_t shared = TakeVarint(block);
    const uint64_t own = TakeVarint(block);
    const uint64_t value = TakeVarint(block);
    if (shared > key.size() || own > block.size() ||
        value > block.size() - own) {
      throw Error("it holds an entry that goes beyond its block");
    }
    key.resize(shared);
    key += block.substr(0, own);
    visit(std::string_view(key), block.substr(own, value));
    block.remove_prefix(own + value);
  }
}

}  // namespace

std::vector<TableEntry> ReadSortedTable(std::string_view file) {
  const std::string index = ReadBlock(file, ReadFooter(file));
  std::vector<TableEntry> entries;
  uint64_t content = 0;
  uint64_t next_block = 0;
  VisitEntries(index, [&](std::string_view, std::string_view value) {
    const BlockHandle handle = TakeHandle(value);
    // So that no block is read twice, however often it is named.
    if (handle.offset < next_block) throw Error("its blocks are out of order");
    const std::string block = ReadBlock(file, handle);
    next_block = handle.offset + handle.size + kBlockTrailerBytes;
    VisitEntries(block, [&](std::string_view key, std::string_view bytes) {
      if (!entries.empty() && key <= entries.back().key) {
        throw Error("its keys are out of order");
      }
      content += key.size() + bytes.size();
      if (content > kLargestContent) throw Error("it holds too much");
      entries.push_back({std::string(key), std::string(bytes)});
    });
  });
  return entries;
}

}  // namespace artspeak::exchange
