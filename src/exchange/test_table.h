// What tests and fuzz targets share: a table of one data block, whole in all
// but what the block says, so that what lies behind the checksums is reached.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "exchange/crc32c.h"
#include "exchange/protobuf_wire.h"
#include "exchange/sorted_table.h"

namespace artspeak::exchange {

// Appends the block with its trailer; returns its handle.
inline std::string AppendSealedBlock(std::string_view block,
                                     BlockCompression compression,
                                     std::string& file) {
  std::string handle;
  AppendVarint(file.size(), handle);
  AppendVarint(block.size(), handle);
  std::string sealed(block);
  sealed += static_cast<char>(compression);
  file += sealed;
  AppendFixed32(MaskedCrc32c(std::as_bytes(std::span(sealed))), file);
  return handle;
}

// A block of these entries' bytes, with the list of restarts after them.
inline std::string BlockOf(std::string_view entries) {
  std::string block(entries);
  AppendFixed32(0, block);
  AppendFixed32(1, block);
  return block;
}

// One entry with the whole of its key.
inline std::string EntryOf(std::string_view key, std::string_view value) {
  std::string entry;
  AppendVarint(0, entry);
  AppendVarint(key.size(), entry);
  AppendVarint(value.size(), entry);
  return entry.append(key).append(value);
}

// Ends a file of blocks with its index block and footer.
inline std::string TableOf(std::string file, std::string_view index_block) {
  const std::string handle =
      AppendSealedBlock(index_block, BlockCompression::kNone, file);
  std::string footer = std::string(2, '\0') + handle;  // no metaindex
  footer.resize(kTableFooterBytes - 8);
  AppendFixed32(static_cast<uint32_t>(kTableMagic), footer);
  AppendFixed32(static_cast<uint32_t>(kTableMagic >> 32), footer);
  return file + footer;
}

// The table whose one data block is `block`.
inline std::string TableOfBlock(
    std::string_view block,
    BlockCompression compression = BlockCompression::kNone) {
  std::string file;
  const std::string handle = AppendSealedBlock(block, compression, file);
  return TableOf(file, BlockOf(EntryOf("\xff", handle)));
}

}  // namespace artspeak::exchange
