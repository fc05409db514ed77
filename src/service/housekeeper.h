// The housekeeper: forgets in time what is known about visitors.
#pragma once

#include <chrono>
#include <stop_token>

#include "base/clock.h"
#include "service/privacy_store.h"
#include "service/subscriber_store.h"

namespace artspeak::service {

inline constexpr std::chrono::hours kHousekeepingEvery{1};

// Any number of processes may keep one house.
class Housekeeper {
 public:
  // All that is given must outlive it. `keep`: how long what is no longer
  // needed is kept.
  Housekeeper(PrivacyStore& store, SubscriberStore& subscribers,
              base::Clock& clock, std::chrono::hours keep)
      : store_(store), subscribers_(subscribers), clock_(clock), keep_(keep) {}

  // At once, and then every kHousekeepingEvery until stop is requested. A store
  // that cannot answer is logged and asked again the next time.
  void Run(std::stop_token stop);

 private:
  void Forget();

  PrivacyStore& store_;
  SubscriberStore& subscribers_;
  base::Clock& clock_;
  const std::chrono::hours keep_;
};

}  // namespace artspeak::service
