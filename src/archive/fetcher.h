// Asks a site for pages as its guest: by its robots.txt, with pauses, and
// patiently when it is busy.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "archive/recipe.h"
#include "archive/robots.h"
#include "base/clock.h"
#include "base/random.h"
#include "net/http_client.h"

namespace artspeak::archive {

enum class FetchStatus {
  kPage,         // 200: `answer` is the page
  kNotModified,  // 304
  kMoved,        // `location` says where to; not followed
  kForbidden,    // robots.txt says no: nothing was asked
  kFailed,       // an answer that will not change: 404, too large
  kUnavailable,  // no use now: 5xx, 429, timeout, nobody there
  kStopped,
};

struct Fetched {
  FetchStatus status = FetchStatus::kPage;
  net::FetchResult answer;
  std::string location;
  std::string reason;      // of all but the first two: one sentence
  bool no_answer = false;  // kUnavailable for all that this host has
};

// Before each request to a host it waits a random time within the recipe's
// delay, at least as long as robots.txt asks. 429, 5xx and timeouts are tried
// four times in all with doubled pauses, or as long as Retry-After says, two
// minutes at most. Not thread-safe.
class Fetcher {
 public:
  // Both must outlive it.
  Fetcher(const Recipe& recipe, base::Clock& clock, base::RandomStream random);

  // etag, last_modified: from an earlier answer, or "".
  Fetched Fetch(const net::Url& url, const std::string& etag,
                const std::string& last_modified, std::stop_token stop);

 private:
  struct Host {
    std::optional<Robots> robots;  // unset: not read yet
    std::string fault;             // why robots.txt cannot be read
    std::optional<base::UnixTime> last_request;
  };

  Host& FindHost(const net::Url& url, std::stop_token stop);
  Fetched FetchRobots(net::Url url, Host& host, std::stop_token stop);
  Fetched Try(const net::Url& url, const std::string& etag,
              const std::string& last_modified, Host& host,
              std::stop_token stop);
  Fetched TryOnce(const net::Url& url, const std::string& etag,
                  const std::string& last_modified, std::stop_token stop);
  bool WaitForTurn(const net::Url& url, Host& host, std::stop_token stop);

  const Recipe& recipe_;
  base::Clock& clock_;
  base::RandomStream random_;
  std::vector<std::unique_ptr<net::HttpClient>> clients_;  // one a proxy
  size_t next_client_ = 0;
  std::map<std::string, Host> hosts_;  // by origin
};

}  // namespace artspeak::archive
