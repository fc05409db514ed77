#include "app/model_name.h"

#include <system_error>

#include "base/error.h"

namespace artspeak::app {

namespace fs = std::filesystem;

fs::path ModelDirectory(const std::string& name, const fs::path& runs) {
  std::error_code fault;  // an unreadable place is no model either
  if (!name.empty() && fs::is_directory(name, fault)) {
    // A run's own folder is meant as its model.
    const fs::path model = fs::path(name) / "model";
    const bool is_run = !fs::exists(fs::path(name) / "config.json", fault) &&
                        fs::is_directory(model, fault);
    return is_run ? model : fs::path(name);
  }
  const fs::path model = runs / name / "model";
  if (!name.empty() && fs::is_directory(model, fault)) return model;
  throw base::Error(
      "there is no model {}: give a folder that holds config.json and "
      "model.safetensors, or the name of a run in {}/",
      name, runs.string());
}

}  // namespace artspeak::app
