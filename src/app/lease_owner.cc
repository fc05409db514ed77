#include "app/lease_owner.h"

#include <fmt/format.h>
#include <unistd.h>

#include "service/review_id.h"

namespace artspeak::app {

// The host and process for the reader, the rest so that a restart is never
// taken for the one before.
std::string NewLeaseOwner() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  return fmt::format("{}:{}:{}", host, getpid(), service::NewReviewId());
}

}  // namespace artspeak::app
