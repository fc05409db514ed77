#include "web/examples_file.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "service/review_id.h"
#include "web/file_stamp.h"

namespace artspeak::web {

namespace {

constexpr int64_t kMaxBytes = 1 << 16;

std::filesystem::path FileOf(const std::filesystem::path& site) {
  return site / "examples.txt";
}

// The id that a line names; empty if it names none.
std::string_view IdOf(std::string_view line) {
  line = line.substr(0, line.find('#'));
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r' ||
                           line.back() == '\t' || line.back() == '/')) {
    line.remove_suffix(1);
  }
  const std::string_view id = line.substr(line.find_last_of("/ \t") + 1);
  return service::IsReviewId(id) ? id : std::string_view{};
}

// Without their ends. Nothing if the file is larger than a list could be.
std::optional<std::vector<std::string>> ReadLines(
    const std::filesystem::path& site) {
  const std::optional<FileStamp> stamp = StampOf(FileOf(site));
  if (!stamp) return std::vector<std::string>();
  if (stamp->size > kMaxBytes) return std::nullopt;
  const std::string text = base::ReadFile(FileOf(site));
  std::vector<std::string> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    lines.emplace_back(line);
  }
  return lines;
}

std::vector<std::string> LinesToEdit(const std::filesystem::path& site) {
  auto lines = ReadLines(site);
  if (!lines) {
    throw base::Error("{} is too large for a list of reviews: look into it",
                      FileOf(site).string());
  }
  return *std::move(lines);
}

void WriteLines(const std::filesystem::path& site,
                const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  base::WriteFileAtomically(FileOf(site), text);
}

}  // namespace

std::vector<std::string> ReadExamples(const std::filesystem::path& site) {
  std::vector<std::string> ids;
  const auto lines = ReadLines(site);
  if (!lines) return ids;
  for (const std::string& line : *lines) {
    const std::string_view id = IdOf(line);
    if (!id.empty()) ids.emplace_back(id);
    if (ids.size() == kMaxExamples) break;
  }
  return ids;
}

void AddExample(const std::filesystem::path& site, std::string_view id,
                ExamplePlace place) {
  std::vector<std::string> lines = LinesToEdit(site);
  std::erase_if(lines, [&](const std::string& l) { return IdOf(l) == id; });
  const auto names_one = [](const std::string& l) { return !IdOf(l).empty(); };
  if (static_cast<size_t>(std::count_if(lines.begin(), lines.end(),
                                        names_one)) >= kMaxExamples) {
    throw base::Error(
        "{} names {} reviews, and no more are shown: remove one first",
        FileOf(site).string(), kMaxExamples);
  }
  const auto at = place == ExamplePlace::kLast
                      ? lines.end()
                      : std::find_if(lines.begin(), lines.end(), names_one);
  lines.insert(at, std::string(id));
  WriteLines(site, lines);
}

bool RemoveExample(const std::filesystem::path& site, std::string_view id) {
  std::vector<std::string> lines = LinesToEdit(site);
  const size_t removed = std::erase_if(
      lines, [&](const std::string& line) { return IdOf(line) == id; });
  if (removed > 0) WriteLines(site, lines);
  return removed > 0;
}

}  // namespace artspeak::web
