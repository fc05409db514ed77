#include "tests/floors/include_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <stdexcept>
#include <string_view>

namespace artspeak::floors {

namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string, std::less<>>;

struct Room {
  Names rooms;      // that it may include, besides itself
  Names libraries;  // whose headers it may include, besides fmt
};

// docs/architecture.md says why.
const std::map<std::string, Room, std::less<>>& Rooms() {
  static const std::map<std::string, Room, std::less<>> rooms = {
      // Floor 1
      {"base", {{}, {"spdlog", "libb2", "OpenSSL"}}},
      // Floor 2
      {"text", {{"base"}, {"utf8proc", "nlohmann-json"}}},
      {"nn", {{"base"}, {"intrinsics"}}},
      {"net", {{"base"}, {"libcurl", "Boost"}}},
      // Floor 3
      {"gpt2", {{"base", "text", "nn", "net"}, {"nlohmann-json"}}},
      {"archive",
       {{"base", "text", "nn", "net"},
        {"libxml2", "SQLite", "toml++", "zstd", "nlohmann-json"}}},
      {"corpus",
       {{"base", "text", "nn", "net", "archive"}, {"nlohmann-json", "libzip"}}},
      // Floor 4
      {"train",
       {{"base", "text", "nn", "net", "gpt2", "archive", "corpus"},
        {"nlohmann-json"}}},
      {"decode",
       {{"base", "text", "nn", "net", "gpt2", "archive", "corpus"}, {}}},
      {"exchange",
       {{"base", "text", "nn", "net", "gpt2", "archive", "corpus"},
        {"nlohmann-json", "snappy", "Boost", "intrinsics"}}},
      // Floor 5
      {"service", {{"base"}, {}}},
      // Floor 6
      {"engine", {{"base", "service", "decode"}, {}}},
      {"store", {{"base", "service"}, {"SQLite"}}},
      {"mail", {{"base", "service", "net"}, {"libcurl"}}},
      {"web",
       {{"base", "service", "net"},
        {"mustache", "nlohmann-json", "Pango", "argon2"}}},
      // Floor 7
      {"app",
       {{"base", "text", "nn", "net", "gpt2", "archive", "corpus", "train",
         "decode", "exchange", "service", "engine", "store", "mail", "web"},
        {"CLI11", "toml++", "nlohmann-json"}}},
  };
  return rooms;
}

// The library an include in angle brackets belongs to; "" for the language's
// and the system's own headers, nullopt for one that nobody named yet.
std::optional<std::string> LibraryOf(std::string_view header) {
  static const std::vector<std::pair<std::string, std::string>> libraries = {
      {"fmt/", "fmt"},
      {"spdlog/", "spdlog"},
      {"blake2.h", "libb2"},
      {"utf8proc.h", "utf8proc"},
      {"nlohmann/", "nlohmann-json"},
      {"immintrin.h", "intrinsics"},
      {"cpuid.h", "intrinsics"},
      {"curl/", "libcurl"},
      {"boost/", "Boost"},
      {"libxml/", "libxml2"},
      {"SQLiteCpp/", "SQLite"},
      {"sqlite3.h", "SQLite"},
      {"toml++/", "toml++"},
      {"zstd", "zstd"},
      {"snappy", "snappy"},
      {"openssl/", "OpenSSL"},
      {"zip.h", "libzip"},
      {"kainjow/", "mustache"},
      {"argon2.h", "argon2"},
      {"cairo", "Pango"},
      {"pango/", "Pango"},
      {"CLI/", "CLI11"},
      {"gtest/", "GoogleTest"},
      {"gmock/", "GoogleTest"},
  };
  for (const auto& [prefix, library] : libraries) {
    if (header.starts_with(prefix)) return library;
  }
  static const Names system = {
      "dirent.h",  "errno.h",   "fcntl.h",  "glob.h",  "iconv.h",   "limits.h",
      "malloc.h",  "math.h",    "netdb.h",  "poll.h",  "pthread.h", "resolv.h",
      "sched.h",   "signal.h",  "stdint.h", "stdio.h", "stdlib.h",  "string.h",
      "strings.h", "termios.h", "time.h",   "unistd.h"};
  const bool of_the_language =
      header.find_first_of("./") == std::string_view::npos;
  for (std::string_view folder : {"sys/", "netinet/", "arpa/", "linux/"}) {
    if (header.starts_with(folder)) return "";
  }
  if (of_the_language || system.contains(header)) return "";
  return std::nullopt;
}

struct Include {
  int line;
  bool quoted;
  std::string target;
};

struct Source {
  std::string name;  // "room/file.h"
  std::string room;
  const Room* rules = nullptr;  // null: no such room
  bool is_header = false;
  bool is_test = false;
  std::vector<Include> includes = {};
};

bool IsOutside(std::string_view library) {
  return !library.empty() && library != "fmt" && library != "GoogleTest";
}

Source ReadSource(const fs::path& root, const fs::path& file) {
  const fs::path relative = file.lexically_relative(root);
  Source source;
  source.name = relative.string();
  source.room = relative.begin()->string();
  if (const auto rules = Rooms().find(source.room); rules != Rooms().end()) {
    source.rules = &rules->second;
  }
  const std::string stem = file.stem().string();
  source.is_header = file.extension() == ".h";
  source.is_test = stem.ends_with("_test") || stem.starts_with("test_");
  static const std::regex include(
      R"re(\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)").*)re");
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    std::smatch match;
    if (!std::regex_match(line, match, include)) continue;
    const bool quoted = match[2].matched;
    source.includes.push_back({number, quoted, match[quoted ? 2 : 1].str()});
  }
  return source;
}

// The headers that open an outside library.
Names OpenHeaders(const std::vector<Source>& sources) {
  Names open;
  for (const Source& source : sources) {
    if (!source.is_header) continue;
    for (const Include& include : source.includes) {
      if (!include.quoted &&
          IsOutside(LibraryOf(include.target).value_or(""))) {
        open.insert(source.name);
      }
    }
  }
  return open;
}

// What is wrong with one include, or nullopt.
std::optional<std::string> Fault(const Source& source, const Include& include,
                                 const Names& open_headers) {
  const std::string& target = include.target;
  if (include.quoted) {
    if (source.is_test && target.starts_with("tests/support/")) return {};
    // The demo command tells the example's story.
    if (source.room == "app" && target.starts_with("examples/")) return {};
    const size_t slash = target.find('/');
    if (slash == std::string::npos) {
      return fmt::format("write the path from src/: \"{}/{}\"", source.room,
                         target);
    }
    const std::string other = target.substr(0, slash);
    if (!Rooms().contains(other)) {
      return fmt::format("there is no room {}", other);
    }
    if (other != source.room && !source.rules->rooms.contains(other)) {
      return fmt::format("{} may not include {}", source.room, other);
    }
    if (open_headers.contains(target) &&
        (other != source.room || source.is_header)) {
      return fmt::format(
          "it opens an outside library, so only .cc files of {} may", other);
    }
    return {};
  }
  const std::optional<std::string> library = LibraryOf(target);
  if (!library) {
    return "unknown library: name it in tests/floors/include_rules.cc";
  }
  if (!IsOutside(*library)) {
    const bool out_of_test = *library == "GoogleTest" && !source.is_test;
    if (out_of_test) return "only tests may use GoogleTest";
    return {};
  }
  if (!source.rules->libraries.contains(*library)) {
    return fmt::format("{} may not use {}", source.room, *library);
  }
  return {};
}

}  // namespace

std::vector<std::string> IncludeFaults(const fs::path& root) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path extension = entry.path().extension();
    if (extension == ".h" || extension == ".cc") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Source> sources;
  for (const fs::path& file : files) sources.push_back(ReadSource(root, file));
  const Names open_headers = OpenHeaders(sources);

  std::vector<std::string> faults;
  for (const Source& source : sources) {
    if (source.rules == nullptr) {
      faults.push_back(fmt::format(
          "{}: {} is no room: give it a floor in tests/floors/include_rules.cc",
          source.name, source.room));
      continue;
    }
    for (const Include& include : source.includes) {
      if (const auto fault = Fault(source, include, open_headers)) {
        faults.push_back(fmt::format("{}:{}: {}: {}", source.name, include.line,
                                     include.target, *fault));
      }
    }
  }
  return faults;
}

}  // namespace artspeak::floors
