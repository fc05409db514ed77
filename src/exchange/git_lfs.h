// The short texts that stand in a Git repository for large files.
#pragma once

#include <filesystem>
#include <string_view>

namespace artspeak::exchange {

// Throws Error, saying how to get the file itself, when `bytes`, the content of
// `path`, are the pointer that Git LFS keeps in its place.
void RefuseGitLfsPointer(const std::filesystem::path& path,
                         std::string_view bytes);

}  // namespace artspeak::exchange
