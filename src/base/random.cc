#include "base/random.h"

#include <string.h>
#include <sys/random.h>

#include <cassert>
#include <cerrno>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace artspeak::base {

std::array<uint32_t, 4> PhiloxBlock(uint64_t seed, uint64_t stream,
                                    uint64_t block) {
  // Constants of the paper, table 2 and section 4.
  constexpr uint64_t kMultiply0 = 0xD2511F53, kMultiply1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  std::array<uint32_t, 4> x = {
      static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
      static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)};
  uint32_t key0 = static_cast<uint32_t>(seed);
  uint32_t key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = kMultiply0 * x[0];
    const uint64_t product1 = kMultiply1 * x[2];
    x = {static_cast<uint32_t>(product1 >> 32) ^ x[1] ^ key0,
         static_cast<uint32_t>(product1),
         static_cast<uint32_t>(product0 >> 32) ^ x[3] ^ key1,
         static_cast<uint32_t>(product0)};
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return x;
}

uint32_t RandomStream::NextU32() {
  const uint64_t block = position_ / 4;
  if (block != block_index_) {
    block_ = PhiloxBlock(seed_, stream_, block);
    block_index_ = block;
  }
  return block_[position_++ % 4];
}

uint64_t RandomStream::NextU64() {
  const uint64_t low = NextU32();
  return low | static_cast<uint64_t>(NextU32()) << 32;
}

double RandomStream::Uniform() {
  return static_cast<double>(NextU64() >> 11) * 0x1.0p-53;
}

uint64_t RandomStream::Below(uint64_t bound) {
  assert(bound > 0);
  // Lemire, "Fast random integer generation in an interval", 2019.
  for (;;) {
    const unsigned __int128 product =
        static_cast<unsigned __int128>(NextU64()) * bound;
    const uint64_t low = static_cast<uint64_t>(product);
    if (low >= bound || low >= -bound % bound) {
      return static_cast<uint64_t>(product >> 64);
    }
  }
}

double RandomStream::Normal() {
  // Box-Muller. The second value of the pair is dropped so that the position
  // alone is the whole state.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * Uniform());
}

void RandomStream::Seek(uint64_t position) { position_ = position; }

void SystemRandom(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw Error("the system's random source failed: {}", strerror(errno));
    }
    bytes = bytes.subspan(static_cast<size_t>(got));
  }
}

}  // namespace artspeak::base
