#include "exchange/git_lfs.h"

#include "base/error.h"

namespace artspeak::exchange {

void RefuseGitLfsPointer(const std::filesystem::path& path,
                         std::string_view bytes) {
  if (!bytes.starts_with("version https://git-lfs.github.com/spec/")) return;
  throw base::Error(
      "{} is only Git LFS's pointer to a large file: run \"git lfs pull\" in "
      "its repository, then copy it again",
      path.string());
}

}  // namespace artspeak::exchange
