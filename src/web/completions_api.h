// For programs: texts as OpenAI's clients ask for them.
//
//   POST /v1/completions      texts (completion_request.h), whole or streamed
//   GET  /v1/models           the one model there is
//   GET  /v1/models/<name>
//
// Every request names a key: "Authorization: Bearer KEY".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "net/http_message.h"
#include "service/text_generator.h"
#include "web/completion_answer.h"
#include "web/key_quota.h"

namespace artspeak::web {

struct CompletionRequest;

// Thread-safe. Texts are asked for in the background: those of visitors come
// first, if not for ever.
class CompletionsApi {
 public:
  static constexpr std::chrono::seconds kKeepAliveEvery{15};

  struct Options {
    std::vector<std::string> key_hashes;  // api_key.h
    std::string model;                    // how programs call it
    KeyLimits limits = {};                // of each key
  };

  // generator and clock must outlive it and the answers that it gave; clock
  // wakes it every kKeepAliveEvery.
  CompletionsApi(Options options, service::TextGenerator& generator,
                 base::Clock& clock);

  // Nothing unless the address is one of those above or begins with /v1/.
  std::optional<net::Response> Answer(const net::Request& request);

  // For every other address, where there is no site.
  static net::Response Nothing();

 private:
  net::Response Route(const net::Request& request);
  // The hash of the key that the request names, if it is a good one.
  std::optional<std::string> KeyOf(const net::Request& request) const;
  std::string ModelJson() const;
  net::Response Complete(const net::Request& request, const std::string& key);
  bool Start(const CompletionRequest& asked,
             const std::shared_ptr<CompletionAnswer>& answer);
  void Remember(const std::shared_ptr<CompletionAnswer>& answer);
  void KeepAlive(std::stop_token stop);

  const std::set<std::string> key_hashes_;
  const std::string model_;
  service::TextGenerator& generator_;
  base::Clock& clock_;
  KeyQuota quota_;
  const std::string fingerprint_;
  const int64_t created_;  // seconds since 1970

  std::mutex mutex_;                                      // guards answers_
  std::vector<std::weak_ptr<CompletionAnswer>> answers_;  // some have ended

  std::jthread keep_alive_;  // last: it ends before what it uses
};

}  // namespace artspeak::web
