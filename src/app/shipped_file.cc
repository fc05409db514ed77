#include "app/shipped_file.h"

#include <system_error>

#include "base/error.h"

namespace artspeak::app {

namespace fs = std::filesystem;

fs::path ShippedFile(std::string_view name) {
  std::error_code none;
  if (fs::is_regular_file(name, none)) return fs::absolute(name);
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  for (fs::path folder = program.parent_path();;
       folder = folder.parent_path()) {
    if (fs::is_regular_file(folder / name, none)) return folder / name;
    if (folder == folder.parent_path()) break;
  }
  throw base::Error(
      "the file {} that comes with artspeak is neither here nor above {}: "
      "start the program from its source tree",
      name, program.parent_path().string());
}

}  // namespace artspeak::app
