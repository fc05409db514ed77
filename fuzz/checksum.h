// Our own formats end with a checksum, which a fuzzer would never find: a
// target that puts the right one there looks behind it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"

namespace artspeak::fuzz {

// The bytes, then their BLAKE2b of 16 bytes.
inline std::vector<uint8_t> WithChecksum(std::span<const uint8_t> bytes) {
  base::Blake2b hash(16);
  hash.Update(bytes.data(), bytes.size());
  const std::string digest = hash.Finish();
  std::vector<uint8_t> out(bytes.begin(), bytes.end());
  out.insert(out.end(), digest.begin(), digest.end());
  return out;
}

}  // namespace artspeak::fuzz
