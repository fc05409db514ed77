#include "base/sha.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>
#include <span>

#include "base/error.h"

namespace artspeak::base {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// OpenSSL may be set up to refuse an algorithm (SHA-1 under FIPS rules).
void Check(int result) {
  if (result != 1) {
    throw Error(
        "OpenSSL does not compute SHA-1 or SHA-256 here: check the "
        "system's OpenSSL configuration");
  }
}

}  // namespace

struct Sha::State {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

Sha::Sha(ShaKind kind) : state_(std::make_unique<State>()) {
  if (!state_->context) throw std::bad_alloc();
  Check(EVP_DigestInit_ex(state_->context.get(),
                          kind == ShaKind::kSha1 ? EVP_sha1() : EVP_sha256(),
                          nullptr));
}

Sha::~Sha() = default;
Sha::Sha(Sha&&) noexcept = default;
Sha& Sha::operator=(Sha&&) noexcept = default;

void Sha::Update(const void* data, size_t bytes) {
  Check(EVP_DigestUpdate(state_->context.get(), data, bytes));
}

std::string Sha::FinishHex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int bytes = 0;
  Check(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &bytes));
  std::string hex;
  for (const unsigned char byte : std::span(digest).first(bytes)) {
    hex += fmt::format("{:02x}", byte);
  }
  return hex;
}

}  // namespace artspeak::base
