#include "tests/support/testing.h"

#include <stdlib.h>

#include <stdexcept>
#include <string>
#include <system_error>

// Pango and fontconfig, which draw the site's cards, were not built for the
// sanitizers: their locks look like races, and caches, which stay as large
// as they are, like leaks. Kept beside what every test links, where the
// sanitizers look for it.
#if defined(__SANITIZE_THREAD__)
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libfontconfig.so\n"
         "mutex:libfontconfig.so\n"
         "mutex:libpangoft2-1.0.so\n"
         "race:libfontconfig.so\n"
         "race:libpangoft2-1.0.so\n";
}
#elif defined(__SANITIZE_ADDRESS__)
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig.so\n";
}
#endif

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
