// Where the folders that come with the program lie: site/, examples/.
#pragma once

#include <filesystem>
#include <string_view>

namespace artspeak::app {

// The folder `name` ("site") here, or beside the program or above it, as in a
// source tree that was built in build/release. Absolute. Throws Error when
// there is none.
std::filesystem::path ShippedFolder(std::string_view name);

}  // namespace artspeak::app
