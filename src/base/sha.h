// SHA-1 and SHA-256 (FIPS 180-4): what other people's files are checked by.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace artspeak::base {

enum class ShaKind { kSha1, kSha256 };

// Hashes bytes as they come. SHA-1 finds damage, not forgery. Not thread-safe.
class Sha {
 public:
  explicit Sha(ShaKind kind);
  ~Sha();
  Sha(Sha&&) noexcept;
  Sha& operator=(Sha&&) noexcept;

  void Update(const void* data, size_t bytes);
  void Update(std::string_view text) { Update(text.data(), text.size()); }
  // The digest in lower-case hexadecimal digits, two a byte; call once.
  std::string FinishHex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace artspeak::base
