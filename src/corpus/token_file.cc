#include "corpus/token_file.h"

#include <bit>
#include <cassert>
#include <cstddef>
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
  // What the tokens were made of, up to the seed.
  uint32_t vocab_size;
  char dataset[16];
  char tokenizer[16];
  char column[16];
  uint64_t literal_markers;  // 0 or 1
  double validation_fraction;
  uint64_t seed;
  uint64_t training;    // tokens
  uint64_t validation;  // tokens
};
static_assert(sizeof(Header) == 104);

constexpr char kMagic[8] = {'A', 'R', 'T', 'T', 'O', 'K', 'E', 'N'};
// To be raised with every change that makes other tokens of the same origin,
// too: in reading data sets, in the tokenizer, in the choice of validation.
constexpr uint32_t kVersion = 3;
constexpr size_t kChecksumBytes = 16;

void Copy(const std::string& from, char (&to)[16]) {
  assert(from.size() == sizeof to);
  std::memcpy(to, from.data(), sizeof to);
}

Header HeaderFor(const TokenOrigin& origin) {
  base::Blake2b column(sizeof Header::column);
  column.Update(origin.column);
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.vocab_size = static_cast<uint32_t>(origin.vocab_size);
  Copy(origin.dataset, header.dataset);
  Copy(origin.tokenizer, header.tokenizer);
  Copy(column.Finish(), header.column);
  header.literal_markers = origin.options.literal_markers;
  header.validation_fraction = origin.options.validation_fraction;
  header.seed = origin.options.seed;
  return header;
}

bool IsOf(const Header& header, const TokenOrigin& origin) {
  const Header wanted = HeaderFor(origin);
  return std::memcmp(&header, &wanted, offsetof(Header, training)) == 0;
}

void CopyTokens(const std::byte* from, std::vector<int32_t>& to,
                uint64_t count) {
  to.resize(count);
  if (count > 0) std::memcpy(to.data(), from, count * sizeof(int32_t));
}

}  // namespace

void WriteTokenFile(const std::filesystem::path& path, const TokenSet& tokens,
                    const TokenOrigin& origin) {
  Header header = HeaderFor(origin);
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

std::optional<TokenSet> ReadTokenFile(const std::filesystem::path& path,
                                      const TokenOrigin& origin) {
  const base::MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  const auto fault = [&](std::string_view what) {
    return Error("{} {}: it is made again from the data set", path.string(),
                 what);
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
  if (!IsOf(header, origin)) return std::nullopt;
  TokenSet tokens;
  const std::byte* first = bytes.data() + sizeof header;
  CopyTokens(first, tokens.training, header.training);
  CopyTokens(first + header.training * sizeof(int32_t), tokens.validation,
             header.validation);
  for (const auto* part : {&tokens.training, &tokens.validation}) {
    for (const int32_t token : *part) {
      if (token < 0 || token >= origin.vocab_size) {
        throw fault("holds tokens outside its vocabulary");
      }
    }
  }
  return tokens;
}

}  // namespace artspeak::corpus
