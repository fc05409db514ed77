// Port: the mailing list.
//
// Nobody is on it who has not pressed a button on a page that only a mail to
// the address leads to (double opt-in). The wish itself is written with the
// submission that it comes with (SubmissionStore::Add).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/mail_words.h"

namespace artspeak::service {

// An address gets at most one mail that asks for confirmation in this time.
inline constexpr std::chrono::hours kConfirmationMailEvery{24};
// A wish that nobody confirmed is forgotten after this time.
inline constexpr std::chrono::hours kUnconfirmedKeptFor{30 * 24};

enum class SubscriptionState {
  kUnconfirmed,
  kConfirmed,
  kEnded,  // the address is erased, the rest follows a day later
};

// A wish, and what became of it. `wording` is the sentence that stood beside
// the box, or beside the button.
struct Subscription {
  std::string token;    // see subscription_token.h
  std::string address;  // as it was typed; empty once ended
  SubscriptionState state = SubscriptionState::kUnconfirmed;
  base::UnixTime requested{};
  std::string requested_wording;
  base::UnixTime confirmed{};  // and the next, once confirmed
  std::string confirmed_wording;
};

// Thread-safe, and several processes may share one store. A function does all
// or throws base::Error and has done nothing.
class SubscriberStore {
 public:
  virtual ~SubscriberStore() = default;

  virtual std::optional<Subscription> Find(std::string_view token) = 0;

  // Puts the address on the list. False, and nothing changes, for a token that
  // is unknown or ended. Of one that is on the list already the first time and
  // wording stay.
  virtual bool Confirm(std::string_view token, std::string_view wording,
                       base::UnixTime now) = 0;

  // Erases the address, on the list or not yet, with all mails that wait for
  // it. What stays for a day keeps the next confirmation mail back. False for
  // a token that is unknown or ended.
  virtual bool End(std::string_view token, base::UnixTime now) = 0;

  // Who is on the list, the first to confirm first.
  virtual std::vector<Subscription> Confirmed() = 0;

  // Writes a mail with these words to everyone on the list into the outbox and
  // returns how many. Nothing, and nothing is written, if exactly these words
  // were sent before.
  virtual std::optional<int> QueueNews(const MailWords& news,
                                       base::UnixTime now) = 0;

  // Deletes what was ended a day ago, and wishes that nobody confirmed.
  virtual void Purge(base::UnixTime now) = 0;
};

}  // namespace artspeak::service
