// BLAKE2b (RFC 7693): checksums of files and keys of texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace artspeak::base {

// Hashes bytes as they come. Not thread-safe.
class Blake2b {
 public:
  explicit Blake2b(size_t digest_bytes = 16);  // 1 to 64
  ~Blake2b();
  Blake2b(const Blake2b&) = delete;
  Blake2b& operator=(const Blake2b&) = delete;

  void Update(const void* data, size_t bytes);
  void Update(std::string_view text) { Update(text.data(), text.size()); }
  std::string Finish();     // the raw digest; call once
  std::string FinishHex();  // the same in lower-case hexadecimal digits

 private:
  struct State;
  std::unique_ptr<State> state_;
  size_t digest_bytes_;
};

// The digest in lower-case hexadecimal digits, two a byte.
std::string Blake2bHex(std::string_view data, size_t digest_bytes = 16);

// The same under a secret key of 1 to 64 bytes (RFC 7693, 2.9): whoever lacks
// the key can neither make the digest nor tell which of two texts it is of.
std::string KeyedBlake2bHex(std::string_view key, std::string_view data,
                            size_t digest_bytes = 16);

// The first eight digest bytes as a number, for tables of texts already seen.
uint64_t Blake2b64(std::string_view data);

}  // namespace artspeak::base
