// How a worker or a notifier signs its leases.
#pragma once

#include <string>

namespace artspeak::app {

// Another name at every call, even among all processes that share a store.
std::string NewLeaseOwner();

}  // namespace artspeak::app
