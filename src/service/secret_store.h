// Port: the key of this site, which all its processes share.
#pragma once

#include <cstddef>
#include <string>

namespace artspeak::service {

inline constexpr size_t kSecretBytes = 32;

// Thread-safe, and several processes may share one store.
class SecretStore {
 public:
  virtual ~SecretStore() = default;

  // kSecretBytes random bytes, made by whoever asks first and the same for ever
  // after: the key of hashes and signatures. Throws base::Error if the store
  // cannot answer.
  virtual std::string Secret() = 0;
};

}  // namespace artspeak::service
