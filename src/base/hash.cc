#include "base/hash.h"

#include <blake2.h>
#include <fmt/format.h>

#include <cassert>
#include <cstring>

namespace artspeak::base {

namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  }
  return hex;
}

}  // namespace

struct Blake2b::State {
  blake2b_state blake2;
};

Blake2b::Blake2b(size_t digest_bytes)
    : state_(std::make_unique<State>()), digest_bytes_(digest_bytes) {
  assert(digest_bytes >= 1 && digest_bytes <= BLAKE2B_OUTBYTES);
  blake2b_init(&state_->blake2, digest_bytes);
}

Blake2b::~Blake2b() = default;

void Blake2b::Update(const void* data, size_t bytes) {
  blake2b_update(&state_->blake2, static_cast<const uint8_t*>(data), bytes);
}

std::string Blake2b::Finish() {
  std::string digest(digest_bytes_, '\0');
  blake2b_final(&state_->blake2, reinterpret_cast<uint8_t*>(digest.data()),
                digest_bytes_);
  return digest;
}

std::string Blake2b::FinishHex() { return Hex(Finish()); }

std::string Blake2bHex(std::string_view data, size_t digest_bytes) {
  Blake2b hash(digest_bytes);
  hash.Update(data);
  return hash.FinishHex();
}

std::string KeyedBlake2bHex(std::string_view key, std::string_view data,
                            size_t digest_bytes) {
  assert(digest_bytes >= 1 && digest_bytes <= BLAKE2B_OUTBYTES);
  assert(!key.empty() && key.size() <= BLAKE2B_KEYBYTES);
  std::string digest(digest_bytes, '\0');
  blake2b(reinterpret_cast<uint8_t*>(digest.data()), data.data(), key.data(),
          digest_bytes, data.size(), key.size());
  return Hex(digest);
}

uint64_t Blake2b64(std::string_view data) {
  Blake2b hash(sizeof(uint64_t));
  hash.Update(data);
  uint64_t number;
  std::memcpy(&number, hash.Finish().data(), sizeof number);
  return number;
}

}  // namespace artspeak::base
