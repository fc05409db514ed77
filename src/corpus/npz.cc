#include "corpus/npz.h"

#include <zip.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"
#include "corpus/npy_header.h"

namespace artspeak::corpus {

namespace fs = std::filesystem;
using base::Error;

namespace {

// What an archive may unpack to. Tokens as 64-bit numbers come to some five
// times the file; nothing but zeros to a thousand times.
constexpr uint64_t kUnpackedAtLeast = 64 << 20;
constexpr uint64_t kLargestRatio = 100;
constexpr size_t kPartBytes = 1 << 16;
constexpr size_t kLongestNameShown = 60;

struct ArchiveCloser {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct EntryCloser {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using Archive = std::unique_ptr<zip_t, ArchiveCloser>;

Archive Open(const fs::path& path) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw Error(reason);
}

// The bytes of one entry, from its first to its last, which the archive's
// checksum covers.
class EntryReader {
 public:
  EntryReader(zip_t* archive, uint64_t index)
      : entry_(zip_fopen_index(archive, index, 0)) {
    if (!entry_) throw Error(zip_strerror(archive));
  }

  // Adds up to `bytes` to `out`, fewer only at the end.
  void Read(size_t bytes, std::string& out) {
    const size_t before = out.size();
    out.resize(before + bytes);
    size_t done = 0;
    while (done < bytes) {
      const int64_t got =
          zip_fread(entry_.get(), out.data() + before + done, bytes - done);
      if (got < 0) throw Error(zip_file_strerror(entry_.get()));
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    out.resize(before + done);
  }

 private:
  std::unique_ptr<zip_file_t, EntryCloser> entry_;
};

// number: header.number_bytes bytes.
int32_t TokenIn(std::string_view number, const NpyHeader& header) {
  uint64_t value = 0;
  for (size_t i = 0; i < number.size(); ++i) {
    const size_t place = header.is_big_endian ? i : number.size() - 1 - i;
    value = value << 8 | static_cast<unsigned char>(number[place]);
  }
  const bool negative =
      header.is_signed && value >> (8 * header.number_bytes - 1) != 0;
  if (negative || value > std::numeric_limits<int32_t>::max()) {
    throw Error("it holds a number that is no token id");
  }
  return static_cast<int32_t>(value);
}

// size: of the entry unpacked, as the archive has it.
std::vector<int32_t> ReadArray(zip_t* archive, uint64_t index, uint64_t size) {
  EntryReader entry(archive, index);
  std::string bytes;
  entry.Read(kLongestNpyHeader, bytes);
  const NpyHeader header = ParseNpyHeader(bytes);
  const uint64_t content = size - std::min(size, header.header_bytes);
  if (header.count > content / header.number_bytes ||
      header.count * header.number_bytes != content) {
    throw Error("its length is not that of its {} numbers", header.count);
  }
  bytes.erase(0, header.header_bytes);
  std::vector<int32_t> tokens;
  while (true) {
    const std::string_view all = bytes;
    const size_t whole = all.size() - all.size() % header.number_bytes;
    if (whole / header.number_bytes > header.count - tokens.size()) {
      throw Error("it is longer than the archive says");
    }
    for (size_t at = 0; at < whole; at += header.number_bytes) {
      tokens.push_back(TokenIn(all.substr(at, header.number_bytes), header));
    }
    bytes.erase(0, whole);
    const size_t left = bytes.size();
    // Read to the very end, where the checksum is compared.
    entry.Read(kPartBytes, bytes);
    if (bytes.size() == left) break;
  }
  if (!bytes.empty() || tokens.size() != header.count) {
    throw Error("it is cut off");
  }
  return tokens;
}

}  // namespace

std::vector<std::vector<int32_t>> ReadTokenArrays(const fs::path& path) {
  const auto fault = [&](const std::string& what) {
    return Error(
        "{} is no token file as gpt-2-simple makes them ({}): make it again, "
        "or give the text it was made from",
        path.string(), what);
  };
  std::string name;
  try {
    const Archive archive = Open(path);
    uint64_t left = kUnpackedAtLeast + kLargestRatio * fs::file_size(path);
    const int64_t entries = zip_get_num_entries(archive.get(), 0);
    std::vector<std::vector<int32_t>> arrays;
    for (int64_t i = 0; i < entries; ++i) {
      const auto index = static_cast<uint64_t>(i);
      zip_stat_t entry;
      zip_stat_init(&entry);
      if (zip_stat_index(archive.get(), index, 0, &entry) != 0 ||
          (entry.valid & ZIP_STAT_NAME) == 0 ||
          (entry.valid & ZIP_STAT_SIZE) == 0) {
        throw Error("its list of contents is damaged");
      }
      name = base::OneLine(base::Utf8Prefix(entry.name, kLongestNameShown));
      if (entry.size > left) {
        throw Error("it would unpack to far more than a data set does");
      }
      left -= entry.size;
      arrays.push_back(ReadArray(archive.get(), index, entry.size));
    }
    name.clear();
    if (arrays.empty()) throw Error("it holds no array");
    return arrays;
  } catch (const Error& error) {
    throw fault(name.empty() ? error.what() : name + ": " + error.what());
  }
}

}  // namespace artspeak::corpus
