#include "tests/support/testing.h"

#include <stdlib.h>

#include <stdexcept>
#include <string>
#include <system_error>

namespace artspeak::testing {

namespace fs = std::filesystem;

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "artspeak-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot make a temporary folder " + name);
  }
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path SourceDir() { return ARTSPEAK_SOURCE_DIR; }

std::optional<fs::path> SharedData() {
  const fs::path data = SourceDir() / ".." / "shared" / "data";
  if (!fs::is_directory(data)) return std::nullopt;
  return fs::weakly_canonical(data);
}

}  // namespace artspeak::testing
