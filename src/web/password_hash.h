// The owner's password, as a hash that may stand in a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace artspeak::web {

// What one guess costs. By default what RFC 9106, section 4, recommends where
// memory is dear: 64 MiB, three passes, four lanes.
struct PasswordCost {
  uint32_t memory_kib = 64 * 1024;
  uint32_t passes = 3;
  uint32_t lanes = 4;
};

// Argon2id (RFC 9106) with a new salt of 16 bytes, written as
// "$argon2id$v=19$m=…,t=…,p=…$salt$hash". Throws base::Error if there is not
// enough memory.
std::string HashPassword(std::string_view password, PasswordCost cost = {});

// Immutable, thread-safe.
class PasswordHash {
 public:
  // `encoded`: of HashPassword, or of any program that writes this form. Throws
  // base::Error if it is none.
  explicit PasswordHash(std::string encoded);

  // Takes as much time and memory as the hash says. Throws base::Error if there
  // is not enough memory.
  bool Matches(std::string_view password) const;

 private:
  std::string encoded_;
};

}  // namespace artspeak::web
