// CRC-32C (Castagnoli's polynomial; RFC 3720, section 12.1), the checksum in
// TensorFlow's files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace artspeak::exchange {

// By the processor's own instruction where it has one. Thread-safe.
uint32_t Crc32c(std::span<const std::byte> bytes);

// The same number on any processor, more slowly.
uint32_t Crc32cPlain(std::span<const std::byte> bytes);

// The checksum as the files hold it: turned and shifted, since the CRC of bytes
// that hold their own CRC says little (LevelDB, util/crc32c.h).
uint32_t MaskedCrc32c(std::span<const std::byte> bytes);

}  // namespace artspeak::exchange
