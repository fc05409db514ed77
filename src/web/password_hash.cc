#include "web/password_hash.h"

#include <argon2.h>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/random.h"

namespace artspeak::web {

namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;

}  // namespace

std::string HashPassword(std::string_view password, PasswordCost cost) {
  std::array<std::byte, kSaltBytes> salt;
  base::SystemRandom(salt);
  std::string encoded(
      argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, kSaltBytes,
                        kHashBytes, Argon2_id),
      '\0');
  const int result = argon2id_hash_encoded(
      cost.passes, cost.memory_kib, cost.lanes, password.data(),
      password.size(), salt.data(), salt.size(), kHashBytes, encoded.data(),
      encoded.size());
  if (result != ARGON2_OK) {
    throw base::Error("the password could not be hashed: {}",
                      argon2_error_message(result));
  }
  encoded.resize(encoded.find('\0'));
  return encoded;
}

PasswordHash::PasswordHash(std::string encoded) : encoded_(std::move(encoded)) {
  Matches("");
}

bool PasswordHash::Matches(std::string_view password) const {
  const int result =
      argon2id_verify(encoded_.c_str(), password.data(), password.size());
  if (result == ARGON2_OK) return true;
  if (result == ARGON2_VERIFY_MISMATCH) return false;
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR ||
      result == ARGON2_THREAD_FAIL) {
    throw base::Error("the password could not be checked: {}",
                      argon2_error_message(result));
  }
  throw base::Error(
      "the password's hash is none (it begins with $argon2id$): make one with "
      "artspeak admin password");
}

}  // namespace artspeak::web
