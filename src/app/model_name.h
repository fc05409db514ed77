// How a person names a model on the command line.
#pragma once

#include <filesystem>
#include <string>

namespace artspeak::app {

// A model directory's path, or a run's name, which means runs/NAME/model. A
// folder of that name comes first. Throws Error when it is neither.
std::filesystem::path ModelDirectory(
    const std::string& name, const std::filesystem::path& runs = "runs");

}  // namespace artspeak::app
