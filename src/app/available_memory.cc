#include "app/available_memory.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

// "" where there is no such file.
std::string ContentOf(const fs::path& path) {
  try {
    return base::ReadFile(path);
  } catch (const base::Error&) {
    return "";
  }
}

// A file that holds one number; nothing for "max".
std::optional<int64_t> NumberIn(const fs::path& path) {
  std::istringstream content(ContentOf(path));
  int64_t number = 0;
  if (content >> number) return number;
  return std::nullopt;
}

// The number behind `key` at the beginning of a line.
std::optional<int64_t> ValueOf(const std::string& content,
                               std::string_view key) {
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t number = 0;
    if (words >> name && name == key && words >> number) return number;
  }
  return std::nullopt;
}

// Names of one version's files.
struct Version {
  const char* limit;
  const char* usage;
  const char* cached;  // in memory.stat: files that give way
};
constexpr Version kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                               "total_inactive_file"};
constexpr Version kVersion2 = {"memory.max", "memory.current", "inactive_file"};

// What the group and those above it leave.
std::optional<int64_t> LeftInGroup(const fs::path& mount, fs::path group,
                                   const Version& version) {
  std::optional<int64_t> least;
  for (;;) {
    const fs::path folder = mount / group.relative_path();
    const auto limit = NumberIn(folder / version.limit);
    const auto usage = NumberIn(folder / version.usage);
    if (limit && usage) {
      const int64_t cached =
          ValueOf(ContentOf(folder / "memory.stat"), version.cached)
              .value_or(0);
      const int64_t left = std::max<int64_t>(0, *limit - *usage + cached);
      least = std::min(least.value_or(left), left);
    }
    if (!group.has_relative_path()) return least;
    group = group.parent_path();
  }
}

}  // namespace

std::optional<int64_t> AvailableMemory(const fs::path& root) {
  std::optional<int64_t> available =
      ValueOf(ContentOf(root / "proc/meminfo"), "MemAvailable:");
  if (available) *available *= 1024;
  const auto limit = [&](std::optional<int64_t> left) {
    if (left) available = std::min(available.value_or(*left), *left);
  };
  // Lines "number:controllers:group"; no controllers: version 2.
  std::istringstream groups(ContentOf(root / "proc/self/cgroup"));
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      limit(LeftInGroup(root / "sys/fs/cgroup", group, kVersion2));
    } else if (("," + controllers + ",").find(",memory,") != line.npos) {
      limit(LeftInGroup(root / "sys/fs/cgroup/memory", group, kVersion1));
    }
  }
  return available;
}

int64_t ResidentMemory() {
  std::istringstream sizes(ContentOf("/proc/self/statm"));
  int64_t whole = 0, resident = 0;
  sizes >> whole >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace artspeak::app
