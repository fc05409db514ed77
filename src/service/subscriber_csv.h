// The mailing list as a table, for the owner to take elsewhere.
#pragma once

#include <span>
#include <string>

#include "service/subscriber_store.h"

namespace artspeak::service {

// A head and a record for each: the address, and when and to which words its
// person agreed, asked for and confirmed. Times are UTC.
std::string SubscribersAsCsv(std::span<const Subscription> list);

}  // namespace artspeak::service
