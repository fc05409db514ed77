#include "exchange/crc32c.h"

#include <immintrin.h>

#include <bit>
#include <boost/crc.hpp>
#include <cstring>

namespace artspeak::exchange {

namespace {

__attribute__((target("sse4.2"))) uint32_t Crc32cByInstruction(
    std::span<const std::byte> bytes) {
  uint64_t crc = 0xffffffff;
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    crc = _mm_crc32_u64(crc, word);
    bytes = bytes.subspan(sizeof word);
  }
  uint32_t tail = static_cast<uint32_t>(crc);
  for (const std::byte byte : bytes) {
    tail = _mm_crc32_u8(tail, static_cast<uint8_t>(byte));
  }
  return ~tail;
}

}  // namespace

uint32_t Crc32c(std::span<const std::byte> bytes) {
  return __builtin_cpu_supports("sse4.2") ? Crc32cByInstruction(bytes)
                                          : Crc32cPlain(bytes);
}

uint32_t Crc32cPlain(std::span<const std::byte> bytes) {
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

uint32_t MaskedCrc32c(std::span<const std::byte> bytes) {
  return std::rotr(Crc32c(bytes), 15) + 0xa282ead8;
}

}  // namespace artspeak::exchange
