#include "web/key_quota.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace artspeak::web {

namespace {

using Minute = std::chrono::sys_time<std::chrono::minutes>;
using std::chrono::seconds;

// A text may end at any moment.
constexpr seconds kTextsMove{5};

}  // namespace

struct KeyQuota::Grant::Book {
  struct Use {
    int texts = 0;         // not ended
    int64_t promised = 0;  // tokens that these may still write
    // Tokens by the minute in which they were counted, the oldest first.
    std::deque<std::pair<Minute, int64_t>> spent;
  };

  Book(KeyLimits l, const base::Clock& c) : limits(l), clock(c) {}

  // Both hold the mutex.
  void Spend(Use& use, int64_t tokens) const {
    const Minute now = std::chrono::floor<std::chrono::minutes>(clock.Now());
    // A clock that was set back makes the last minute longer.
    if (use.spent.empty() || use.spent.back().first < now) {
      use.spent.emplace_back(now, 0);
    }
    use.spent.back().second += tokens;
    Forget(use);
  }
  void Forget(Use& use) const {
    while (!use.spent.empty() &&
           use.spent.front().first + kTokenWindow <= clock.Now()) {
      use.spent.pop_front();
    }
  }

  const KeyLimits limits;
  const base::Clock& clock;
  std::mutex mutex;                 // guards uses
  std::map<std::string, Use> uses;  // of keys that are known, so few
};

KeyQuota::Grant::Grant(std::shared_ptr<Book> book, std::string key, Wish wish)
    : book_(std::move(book)),
      key_(std::move(key)),
      tokens_each_(wish.tokens_each),
      unfinished_(wish.texts) {}

KeyQuota::Grant::~Grant() {
  std::lock_guard lock(book_->mutex);
  Book::Use& use = book_->uses[key_];
  use.texts -= unfinished_;
  use.promised -= int64_t{unfinished_} * tokens_each_;
}

void KeyQuota::Grant::Read(int tokens) {
  std::lock_guard lock(book_->mutex);
  book_->Spend(book_->uses[key_], tokens);
}

void KeyQuota::Grant::EndText(int tokens) {
  std::lock_guard lock(book_->mutex);
  Book::Use& use = book_->uses[key_];
  --unfinished_;
  --use.texts;
  use.promised -= tokens_each_;
  book_->Spend(use, tokens);
}

KeyQuota::KeyQuota(KeyLimits limits, const base::Clock& clock)
    : book_(std::make_shared<Grant::Book>(limits, clock)) {}

std::variant<std::unique_ptr<KeyQuota::Grant>, KeyQuota::Refused> KeyQuota::Ask(
    const std::string& key, Wish wish) {
  std::lock_guard lock(book_->mutex);
  Grant::Book::Use& use = book_->uses[key];
  if (use.texts + wish.texts > book_->limits.texts) {
    return Refused{Refusal::kTexts, kTextsMove};
  }
  book_->Forget(use);
  int64_t used = use.promised;
  for (const auto& [minute, tokens] : use.spent) used += tokens;
  if (used >= book_->limits.tokens) {
    // Until so many minutes have gone that what is left is below the limit. If
    // promises alone reach it, a text that ends may.
    seconds rest = kTextsMove;
    for (const auto& [minute, tokens] : use.spent) {
      if (used < book_->limits.tokens) break;
      used -= tokens;
      rest =
          std::max(seconds(1), std::chrono::ceil<seconds>(
                                   minute + kTokenWindow - book_->clock.Now()));
    }
    return Refused{Refusal::kTokens, rest};
  }
  use.texts += wish.texts;
  use.promised += int64_t{wish.texts} * wish.tokens_each;
  return std::unique_ptr<Grant>(new Grant(book_, key, wish));
}

const KeyLimits& KeyQuota::limits() const { return book_->limits; }

}  // namespace artspeak::web
