// Who is signed in on the owner's pages, and how often a password may be tried.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "web/password_hash.h"

namespace artspeak::web {

inline constexpr std::chrono::hours kSessionLife{12};
inline constexpr std::chrono::hours kSessionIdle{2};
inline constexpr int kMaxSessions = 16;  // then the oldest ends
// Wrong passwords within kTryWindow, by one address and by all.
inline constexpr std::chrono::minutes kTryWindow{15};
inline constexpr int kTriesPerAddress = 5;
inline constexpr int kTriesInTotal = 30;

// Kept in memory: who was in signs in again after a restart. Thread-safe; one
// password is checked at a time, so that guesses take one's memory.
class AdminSessions {
 public:
  // `clock` must outlive it.
  AdminSessions(PasswordHash password, base::Clock& clock);

  struct SignIn {
    std::string token;            // of a new session; empty: not signed in
    std::chrono::seconds wait{};  // until another try; 0: wrong password
  };
  SignIn Try(std::string_view password, std::string_view address);

  // Whether the session is there; it goes on for another kSessionIdle.
  bool Holds(std::string_view token);
  void SignOut(std::string_view token);

  // What every form of a session carries: no other page can know it.
  static std::string FormKey(std::string_view token);
  static bool IsFormKey(std::string_view key, std::string_view token);

 private:
  struct Session {
    std::string hash;  // of its token
    base::UnixTime began{};
    base::UnixTime used{};
  };
  struct WrongTry {
    std::string address;
    base::UnixTime at{};
  };
  void DropEnded(base::UnixTime now);
  std::chrono::seconds WaitOf(std::string_view address, base::UnixTime now);

  const PasswordHash password_;
  base::Clock& clock_;
  std::mutex checking_;            // held while a password is checked
  std::mutex mutex_;               // guards both below
  std::vector<Session> sessions_;  // the oldest first
  std::vector<WrongTry> tries_;    // likewise; also those being checked
};

}  // namespace artspeak::web
