#include "app/busy_sign.h"

#include <utility>

#include "base/error.h"
#include "base/log.h"

namespace artspeak::app {

BusySign::BusySign(const std::filesystem::path& path) : file_(path) {
  Set(true);
  Set(false);
}

void BusySign::Set(bool busy) {
  try {
    if (busy) {
      file_.Hold();
    } else {
      file_.Release();
    }
  } catch (const base::Error& error) {
    if (std::exchange(said_, true)) return;
    base::LogWarning(
        "{}: a training on this machine will not pause for visitors; name "
        "another file as busy_file under [worker]",
        error.what());
  }
}

}  // namespace artspeak::app
