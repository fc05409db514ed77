// How much of the machine one key may have, so that no program leaves nothing
// to the others.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include "base/clock.h"

namespace artspeak::web {

// Of each key. Each at least 1.
struct KeyLimits {
  int texts = 8;         // asked for and not ended yet
  int tokens = 200'000;  // read and written within kTokenWindow, to the minute
};

inline constexpr std::chrono::minutes kTokenWindow{60};

// Thread-safe. Kept in memory alone: a start begins with nothing used.
class KeyQuota {
 public:
  enum class Refusal { kTexts, kTokens };
  struct Refused {
    Refusal why = Refusal::kTexts;
    // After which tokens are free again, or texts may be; at least 1 s.
    std::chrono::seconds retry_after{1};
  };

  // What a request asks for, at most.
  struct Wish {
    int texts = 1;
    int tokens_each = 0;  // to be written
  };

  // The texts that one request was granted: they hold their places until they
  // have ended, or until this is destroyed. Thread-safe; may outlive the quota,
  // not its clock.
  class Grant {
   public:
    ~Grant();
    Grant(const Grant&) = delete;
    Grant& operator=(const Grant&) = delete;

    // A prompt's tokens, which were not part of the wish.
    void Read(int tokens);
    // Once for each text, with the tokens written for it.
    void EndText(int tokens);

   private:
    friend class KeyQuota;
    struct Book;
    Grant(std::shared_ptr<Book> book, std::string key, Wish wish);

    const std::shared_ptr<Book> book_;
    const std::string key_;
    const int tokens_each_;
    int unfinished_;  // guarded by the book's mutex
  };

  // clock must outlive it and its grants.
  KeyQuota(KeyLimits limits, const base::Clock& clock);

  // Grants nothing or all. Tokens still to be written count as written, so
  // that what runs together goes beyond the limit by one request at most.
  // `key`: the key's hash.
  std::variant<std::unique_ptr<Grant>, Refused> Ask(const std::string& key,
                                                    Wish wish);

  const KeyLimits& limits() const;

 private:
  const std::shared_ptr<Grant::Book> book_;
};

}  // namespace artspeak::web
