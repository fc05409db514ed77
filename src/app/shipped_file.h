// Where the files that come with the program lie: site/, examples/.
#pragma once

#include <filesystem>
#include <string_view>

namespace artspeak::app {

// The absolute path of the file `name` ("site/robots.txt"): here, or beside the
// program or above it, as in a source tree that was built in build/release.
// Throws Error when there is none.
std::filesystem::path ShippedFile(std::string_view name);

}  // namespace artspeak::app
