// The table of subscribers, for transactions that also write other tables. Only
// for this room's .cc files.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <string_view>

#include "base/clock.h"

namespace artspeak::store {

// The column `key` of an address.
std::string SubscriberKey(std::string_view address);

// Writes the wish of `address` to join the list, and the mail that asks for
// confirmation: both only if it is not on the list and neither got nor waits
// for such a mail.
void RequestSubscription(SQLite::Database& database, std::string_view address,
                         std::string_view wording, base::UnixTime now);

// What SubscriberStore::Purge does.
void PurgeSubscribers(SQLite::Database& database, base::UnixTime now);

}  // namespace artspeak::store
