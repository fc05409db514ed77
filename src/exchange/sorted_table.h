// The sorted table of LevelDB and TensorFlow: keys and values in one file.
//
// Format (LevelDB, doc/table_format.md): blocks of entries, an empty block for
// what nobody keeps (the "metaindex"), a block that names the others (the
// "index": key, handle), and a footer. A handle is two varints, offset and
// size. After each block stand its compression (one byte) and its masked
// CRC-32C, that byte included. An entry is three varints (bytes shared with the
// key before, bytes of its own, bytes of the value), the rest of the key, and
// the value; the places where nothing is shared, and their number, end the
// block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace artspeak::exchange {

struct TableEntry {
  std::string key;
  std::string value;

  bool operator==(const TableEntry&) const = default;
};

enum class BlockCompression : uint8_t { kNone = 0, kSnappy = 1 };

inline constexpr size_t kBlockTrailerBytes = 5;  // compression and CRC
inline constexpr size_t kTableFooterBytes = 48;  // two handles, zeros, magic
inline constexpr uint64_t kTableMagic = 0xdb4775248b80fb57;

}  // namespace artspeak::exchange
