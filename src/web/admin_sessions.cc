#include "web/admin_sessions.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "service/random_digits.h"

namespace artspeak::web {

namespace {

// Whoever measures how long two hashes are compared learns nothing of what they
// are of.
std::string HashOf(std::string_view token) {
  return base::Blake2bHex("session " + std::string(token), 32);
}

std::string NewToken() { return service::RandomDigits(48); }

}  // namespace

AdminSessions::AdminSessions(PasswordHash password, base::Clock& clock)
    : password_(std::move(password)), clock_(clock) {}

std::chrono::seconds AdminSessions::WaitOf(std::string_view address,
                                           base::UnixTime now) {
  std::erase_if(tries_,
                [&](const WrongTry& t) { return t.at + kTryWindow <= now; });
  // The try that has to grow old before another is free.
  const auto free_at = [&](auto counts, int limit) -> base::UnixTime {
    std::vector<base::UnixTime> times;
    for (const WrongTry& t : tries_) {
      if (counts(t)) times.push_back(t.at);
    }
    if (std::ssize(times) < limit) return now;
    return times[times.size() - static_cast<size_t>(limit)] + kTryWindow;
  };
  const base::UnixTime free =
      std::max(free_at([&](const WrongTry& t) { return t.address == address; },
                       kTriesPerAddress),
               free_at([](const WrongTry&) { return true; }, kTriesInTotal));
  return std::chrono::ceil<std::chrono::seconds>(free - now);
}

AdminSessions::SignIn AdminSessions::Try(std::string_view password,
                                         std::string_view address) {
  const base::UnixTime now = clock_.Now();
  {
    const std::lock_guard lock(mutex_);
    const std::chrono::seconds wait = WaitOf(address, now);
    if (wait.count() > 0) return {{}, wait};
    // Counted before it is checked: guesses side by side are not free.
    tries_.push_back({std::string(address), now});
  }
  bool right = false;
  {
    const std::lock_guard lock(checking_);
    right = password_.Matches(password);
  }
  if (!right) return {};
  SignIn result{NewToken(), {}};
  const std::lock_guard lock(mutex_);
  std::erase_if(tries_,
                [&](const WrongTry& t) { return t.address == address; });
  DropEnded(now);
  if (std::ssize(sessions_) >= kMaxSessions) {
    sessions_.erase(sessions_.begin());
  }
  sessions_.push_back({HashOf(result.token), now, now});
  return result;
}

void AdminSessions::DropEnded(base::UnixTime now) {
  std::erase_if(sessions_, [&](const Session& session) {
    return session.began + kSessionLife <= now ||
           session.used + kSessionIdle <= now;
  });
}

bool AdminSessions::Holds(std::string_view token) {
  const std::string hash = HashOf(token);
  const base::UnixTime now = clock_.Now();
  const std::lock_guard lock(mutex_);
  DropEnded(now);
  for (Session& session : sessions_) {
    if (session.hash != hash) continue;
    session.used = now;
    return true;
  }
  return false;
}

void AdminSessions::SignOut(std::string_view token) {
  const std::string hash = HashOf(token);
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const Session& s) { return s.hash == hash; });
}

std::string AdminSessions::FormKey(std::string_view token) {
  return base::Blake2bHex("form " + std::string(token), 16);
}

bool AdminSessions::IsFormKey(std::string_view key, std::string_view token) {
  return HashOf(key) == HashOf(FormKey(token));
}

}  // namespace artspeak::web
