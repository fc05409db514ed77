#include "train/checksums.h"

#include <algorithm>
#include <span>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace artspeak::train {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "B2SUMS";
constexpr std::string_view kBetween = "  ";  // digest and name

// A piece at a time, which then goes: the model stands in memory beside it.
std::string DigestOf(const fs::path& file) {
  constexpr size_t kPiece = 8 << 20;
  const base::MappedFile map(file);
  base::Blake2b hash;
  for (std::span<const std::byte> rest = map.bytes(); !rest.empty();) {
    const auto piece = rest.first(std::min(kPiece, rest.size()));
    hash.Update(piece.data(), piece.size());
    base::ForgetMapped(piece);
    rest = rest.subspan(piece.size());
  }
  return hash.FinishHex();
}

bool IsSound(const fs::path& file, std::string_view digest) {
  try {
    return DigestOf(file) == digest;
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

void WriteChecksums(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name != kName) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  std::string lines;
  for (const std::string& name : names) {
    lines += DigestOf(directory / name);
    lines += kBetween;
    lines += name + "\n";
  }
  base::WriteFileAtomically(directory / kName, lines);
}

bool HasChecksums(const fs::path& directory) {
  std::error_code fault;
  return fs::exists(directory / kName, fault);
}

std::vector<std::string> DamagedFiles(const fs::path& directory) {
  if (!HasChecksums(directory)) return {};
  std::vector<std::string> damaged;
  size_t lines = 0;
  try {
    std::istringstream content(base::ReadFile(directory / kName));
    for (std::string line; std::getline(content, line); ++lines) {
      const size_t end = line.find(kBetween);
      const std::string name =
          end == line.npos ? "" : line.substr(end + kBetween.size());
      if (name.empty() || name.find('/') != name.npos) return {kName};
      if (!IsSound(directory / name, line.substr(0, end))) {
        damaged.push_back(name);
      }
    }
  } catch (const base::Error&) {
    return {kName};
  }
  if (lines == 0) return {kName};  // it was emptied
  return damaged;
}

}  // namespace artspeak::train
