#include "service/housekeeper.h"

#include "base/error.h"
#include "base/log.h"

namespace artspeak::service {

void Housekeeper::Run(std::stop_token stop) {
  do {
    try {
      const Forgotten forgotten = store_.Forget(clock_.Now() - keep_);
      if (forgotten.addresses > 0 || forgotten.clients > 0) {
        base::LogInfo(
            "forgot {} mail addresses and {} hashes of network addresses that "
            "are no longer needed",
            forgotten.addresses, forgotten.clients);
      }
    } catch (const base::Error& error) {
      base::LogError("visitors' addresses could not be deleted: {}",
                     error.what());
    }
  } while (clock_.Sleep(kHousekeepingEvery, stop));
}

}  // namespace artspeak::service
