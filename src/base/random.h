// Random numbers: reproducible streams for the work, the system's for secrets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace artspeak::base {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011): the n-th number is a function of (seed, stream, n) alone, so a
// stream is saved as one integer, resumed exactly, and split without overlap.
// The same numbers on every machine. Not for secrets. Not thread-safe; a copy
// is independent.
class RandomStream {
 public:
  explicit RandomStream(uint64_t seed, uint64_t stream = 0)
      : seed_(seed), stream_(stream) {}

  uint32_t NextU32();
  uint64_t NextU64();
  double Uniform();                // [0, 1), 53 bits
  uint64_t Below(uint64_t bound);  // [0, bound), unbiased; bound > 0
  double Normal();                 // mean 0, deviation 1

  // How many 32-bit numbers were drawn; Seek goes back or on to that place.
  uint64_t position() const { return position_; }
  void Seek(uint64_t position);

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t position_ = 0;
  std::array<uint32_t, 4> block_{};
  uint64_t block_index_ = ~uint64_t{0};  // which block `block_` holds
};

// Four numbers of the stream at once: block i holds numbers 4 i to 4 i + 3.
std::array<uint32_t, 4> PhiloxBlock(uint64_t seed, uint64_t stream,
                                    uint64_t block);

// Fills `bytes` from the operating system's secure source. Thread-safe.
void SystemRandom(std::span<std::byte> bytes);

}  // namespace artspeak::base
