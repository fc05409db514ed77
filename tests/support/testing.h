// What tests share: a folder that vanishes, and where the source tree and the
// optional data beside it lie.
#pragma once

#include <filesystem>
#include <optional>

namespace artspeak::testing {

// A fresh empty folder, removed with everything in it at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

// The root of the source tree these tests were built from.
std::filesystem::path SourceDir();

// The folder of large test data beside the source tree (`../shared/data`), when
// there is one. A test that needs it says so: GTEST_SKIP() << "no shared data".
std::optional<std::filesystem::path> SharedData();

}  // namespace artspeak::testing
