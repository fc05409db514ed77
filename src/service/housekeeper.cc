#include "service/housekeeper.h"

#include "base/error.h"
#include "base/log.h"

namespace artspeak::service {

void Housekeeper::Run(std::stop_token stop) {
  do {
    try {
      Forget();
    } catch (const base::Error& error) {
      base::LogError("visitors' addresses could not be deleted: {}",
                     error.what());
    }
  } while (clock_.Sleep(kHousekeepingEvery, stop));
}

void Housekeeper::Forget() {
  const base::UnixTime now = clock_.Now();
  const Forgotten forgotten = store_.Forget(now - keep_, now);
  if (forgotten.addresses > 0 || forgotten.clients > 0) {
    base::LogInfo(
        "forgot {} mail addresses and {} hashes of network addresses that are "
        "no longer needed",
        forgotten.addresses, forgotten.clients);
  }
  subscribers_.Purge(now);
}

}  // namespace artspeak::service
