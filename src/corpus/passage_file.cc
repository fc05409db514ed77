#include "corpus/passage_file.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace artspeak::corpus {

namespace {

static_assert(std::endian::native == std::endian::little,
              "passage files are little-endian");

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t words;  // different ones
  char origin[16];
  uint64_t letters;  // bytes of them
  uint64_t documents;
  uint64_t sequence;  // words and borders
};
static_assert(sizeof(Header) == 56);

constexpr char kMagic[8] = {'A', 'R', 'T', 'W', 'O', 'R', 'D', 'S'};
// To be raised with every change of what is a word (text/words.h), too.
constexpr uint32_t kVersion = 1;
constexpr size_t kChecksumBytes = 16;

// The bytes before the checksum. No field is so large that this wraps around:
// each is bounded by the size of a file first.
uint64_t BytesOf(const Header& header) {
  return sizeof header +
         sizeof(uint32_t) *
             (header.words + header.documents + 2 * header.sequence) +
         header.letters;
}

bool Ascend(std::span<const uint32_t> numbers) {
  return std::adjacent_find(numbers.begin(), numbers.end(),
                            std::greater_equal<>()) == numbers.end();
}

bool AllAtMost(std::span<const uint32_t> numbers, uint64_t most) {
  uint32_t largest = 0;
  for (const uint32_t number : numbers) largest = std::max(largest, number);
  return largest <= most;
}

// What PassageIndex asks of its tables. That they are in order is left to the
// checksum: else a search finds less, nothing worse.
bool AreConsistent(const PassageTables& tables) {
  const auto& [letters, word_ends, documents, sequence, suffixes] = tables;
  return Ascend(word_ends) &&
         (word_ends.empty() ? 0 : word_ends.back()) == letters.size() &&
         Ascend(documents) && documents.empty() == sequence.empty() &&
         (documents.empty() ||
          (documents[0] == 0 && documents.back() < sequence.size())) &&
         AllAtMost(sequence, word_ends.size()) &&
         (suffixes.empty() || AllAtMost(suffixes, suffixes.size() - 1));
}

}  // namespace

void WritePassageFile(const std::filesystem::path& path,
                      const PassageIndex& index, const std::string& origin) {
  const PassageTables& tables = index.tables();
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.words = static_cast<uint32_t>(tables.word_ends.size());
  assert(origin.size() == sizeof header.origin);
  std::memcpy(header.origin, origin.data(), sizeof header.origin);
  header.letters = tables.letters.size();
  header.documents = tables.documents.size();
  header.sequence = tables.sequence.size();

  base::AtomicFile file(path);
  base::Blake2b checksum(kChecksumBytes);
  const auto write = [&](const void* data, size_t bytes) {
    file.Write(data, bytes);
    checksum.Update(data, bytes);
  };
  write(&header, sizeof header);
  for (const auto& table :
       {tables.word_ends, tables.documents, tables.sequence, tables.suffixes}) {
    write(table.data(), table.size_bytes());
  }
  write(tables.letters.data(), tables.letters.size());
  file.Write(checksum.Finish());
  file.Commit();
}

StoredPassages OpenPassageFile(const std::filesystem::path& path) {
  const auto file = std::make_shared<const base::MappedFile>(path);
  const std::span<const std::byte> bytes = file->bytes();
  const auto fault = [&](std::string_view what) {
    return base::Error(
        "{} {}: make it again with `artspeak corpus originality DATASET "
        "--output {}`",
        path.string(), what, path.string());
  };
  Header header;
  if (bytes.size() < sizeof header + kChecksumBytes) {
    throw fault("is too short for a passage index");
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    throw fault("is no passage index");
  }
  if (header.version != kVersion) {
    throw fault("is a passage index of another version");
  }
  const size_t covered = bytes.size() - kChecksumBytes;
  if (header.words > covered || header.letters > covered ||
      header.documents > covered || header.sequence > covered ||
      BytesOf(header) != covered) {
    throw fault("is truncated or too long");
  }
  base::Blake2b checksum(kChecksumBytes);
  checksum.Update(bytes.data(), covered);
  if (std::memcmp(checksum.Finish().data(), bytes.data() + covered,
                  kChecksumBytes) != 0) {
    throw fault("is damaged (its checksum does not match)");
  }

  const std::byte* at = bytes.data() + sizeof header;
  const auto take = [&](uint64_t count) {
    const std::span table(reinterpret_cast<const uint32_t*>(at), count);
    at += table.size_bytes();
    return table;
  };
  PassageTables tables;
  tables.word_ends = take(header.words);
  tables.documents = take(header.documents);
  tables.sequence = take(header.sequence);
  tables.suffixes = take(header.sequence);
  tables.letters = {reinterpret_cast<const char*>(at), header.letters};
  if (!AreConsistent(tables)) throw fault("holds numbers that cannot be");
  return {PassageIndex(tables, file),
          std::string(header.origin, sizeof header.origin)};
}

bool IsPassageFile(const std::filesystem::path& path) {
  char magic[sizeof kMagic] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  return std::memcmp(magic, kMagic, sizeof kMagic) == 0;
}

}  // namespace artspeak::corpus
