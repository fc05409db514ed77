// The mailing list as its subscribers use it: by the links in their mails.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "service/subscriber_store.h"

namespace artspeak::service {

// Thread-safe if the store and the clock are. Every function throws base::Error
// when the store cannot answer, and then nothing was changed.
class MailingList {
 public:
  // Both must outlive it.
  MailingList(SubscriberStore& store, base::Clock& clock)
      : store_(store), clock_(clock) {}

  // Nothing for a token that is unknown or no token at all.
  std::optional<Subscription> Find(std::string_view token);

  // Puts the address on the list; `wording` is what the page says beside the
  // button. False if that cannot be: see SubscriberStore.
  bool Confirm(std::string_view token, std::string_view wording);

  // Takes the address off the list and erases it. Of one that is gone already
  // nothing more happens.
  void Leave(std::string_view token);

 private:
  SubscriberStore& store_;
  base::Clock& clock_;
};

}  // namespace artspeak::service
