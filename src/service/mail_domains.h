// Whether a mail address can be right: does its domain take mail? Asked of a
// resolver, without letting the visitor wait for one that does not answer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"

namespace artspeak::service {

enum class MailDomain {
  kTakesMail,
  kTakesNone,
  kUnknown,  // nobody answered: the address may be right
};

// Thread-safe. One thread of its own asks, one domain after another.
class MailDomains {
 public:
  // May take seconds; called from this object's thread.
  using Lookup = std::function<MailDomain(const std::string& domain)>;

  // clock must outlive this. `patience`: how long Of waits for an answer.
  MailDomains(Lookup lookup, base::Clock& clock,
              std::chrono::milliseconds patience);
  ~MailDomains();  // waits for the lookup in hand
  MailDomains(const MailDomains&) = delete;
  MailDomains& operator=(const MailDomains&) = delete;

  // Of an address that IsEmailAddress. An answer that comes too late is kept
  // for the next time, as all are for a while. Names that are reserved for
  // documents and tests (RFC 2606) are unknown to every resolver.
  MailDomain Of(std::string_view address);

 private:
  struct Known {
    MailDomain answer;
    base::UnixTime until;
  };
  void Run(std::stop_token stop);
  const Known* Find(const std::string& domain) const;  // under mutex_

  const Lookup lookup_;
  base::Clock& clock_;
  const std::chrono::milliseconds patience_;

  std::mutex mutex_;  // guards all below
  std::condition_variable_any changed_;
  std::deque<std::string> waiting_;  // the first is being asked about
  std::map<std::string, Known> known_;
  std::jthread thread_;
};

}  // namespace artspeak::service
