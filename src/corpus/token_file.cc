#include "corpus/token_file.h"

#include <bit>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace artspeak::corpus {

using base::Error;

namespace {

static_assert(std::endian::native == std::endian::little,
              "token files are little-endian");

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t vocab_size;
  uint64_t training;    // tokens
  uint64_t validation;  // tokens
};
static_assert(sizeof(Header) == 32);

constexpr char kMagic[8] = {'A', 'R', 'T', 'T', 'O', 'K', 'E', 'N'};
constexpr uint32_t kVersion = 1;
constexpr size_t kChecksumBytes = 16;

void CopyTokens(const std::byte* from, std::vector<int32_t>& to,
                uint64_t count) {
  to.resize(count);
  if (count > 0) std::memcpy(to.data(), from, count * sizeof(int32_t));
}

}  // namespace

void WriteTokenFile(const std::filesystem::path& path, const TokenSet& tokens,
                    int vocab_size) {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.vocab_size = static_cast<uint32_t>(vocab_size);
  header.training = tokens.training.size();
  header.validation = tokens.validation.size();

  base::AtomicFile file(path);
  base::Blake2b checksum(kChecksumBytes);
  const auto write = [&](const void* data, size_t bytes) {
    file.Write(data, bytes);
    checksum.Update(data, bytes);
  };
  write(&header, sizeof header);
  for (const auto* part : {&tokens.training, &tokens.validation}) {
    write(part->data(), part->size() * sizeof(int32_t));
  }
  file.Write(checksum.Finish());
  file.Commit();
}

TokenSet ReadTokenFile(const std::filesystem::path& path, int vocab_size) {
  const base::MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  const auto fault = [&](std::string_view what) {
    return Error("{} {}: delete it, and it is made again from the data set",
                 path.string(), what);
  };
  Header header;
  if (bytes.size() < sizeof header + kChecksumBytes) {
    throw fault("is too short for a token file");
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    throw fault("is not a token file");
  }
  if (header.version != kVersion) {
    throw fault("is a token file of another version");
  }
  const uint64_t held =
      (bytes.size() - sizeof header - kChecksumBytes) / sizeof(int32_t);
  if (header.training > held || header.validation != held - header.training ||
      bytes.size() != sizeof header + held * sizeof(int32_t) + kChecksumBytes) {
    throw fault("is truncated or too long");
  }
  const size_t covered = bytes.size() - kChecksumBytes;
  base::Blake2b checksum(kChecksumBytes);
  checksum.Update(bytes.data(), covered);
  if (std::memcmp(checksum.Finish().data(), bytes.data() + covered,
                  kChecksumBytes) != 0) {
    throw fault("is damaged (its checksum does not match)");
  }
  if (header.vocab_size != static_cast<uint32_t>(vocab_size)) {
    throw fault("was made with another vocabulary");
  }
  TokenSet tokens;
  const std::byte* first = bytes.data() + sizeof header;
  CopyTokens(first, tokens.training, header.training);
  CopyTokens(first + header.training * sizeof(int32_t), tokens.validation,
             header.validation);
  for (const auto* part : {&tokens.training, &tokens.validation}) {
    for (const int32_t token : *part) {
      if (token < 0 || token >= vocab_size) {
        throw fault("holds tokens outside its vocabulary");
      }
    }
  }
  return tokens;
}

}  // namespace artspeak::corpus
