// Tells trainings on this machine that texts are being written.
#pragma once

#include <filesystem>

#include "base/busy_file.h"

namespace artspeak::app {

// Holds the busy file while it is set. That it cannot is said once, at the
// start where possible: texts are written all the same. Not thread-safe.
class BusySign {
 public:
  explicit BusySign(const std::filesystem::path& path);

  void Set(bool busy);

 private:
  base::BusyFile file_;
  bool said_ = false;
};

}  // namespace artspeak::app
