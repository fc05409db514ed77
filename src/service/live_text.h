// What is being written right now, for those who watch: told by the worker of
// this process piece by piece, read by the site. The store knows finished texts
// alone.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/doorbell.h"

namespace artspeak::service {

// Which writing of a text this is: one begins anew with the job's next attempt,
// or when it came out empty.
struct Run {
  int attempt = 0;
  int tries = 0;

  auto operator<=>(const Run&) const = default;
};

// A text as far as it is written.
struct UnfinishedText {
  Run run;
  std::string text;  // whole UTF-8 characters
};

// Thread-safe; one thread waits. It holds the texts of the jobs that were begun
// and have not ended, so its size is bounded by what a worker takes on.
class LiveText {
 public:
  // Of one text; more, which no model of ours writes, is not shown.
  static constexpr size_t kMaxBytes = 64 * 1024;

  // The worker's side. Nothing here blocks for long.

  // An attempt at a review begins; what an earlier one left is forgotten.
  void Begin(std::string_view review_id, int attempt);
  // Nothing happens unless `run.attempt` is the one that was begun. A later
  // `tries` of the same place begins the text anew.
  void Append(std::string_view review_id, int place, const Run& run,
              std::string_view piece);
  void End(std::string_view review_id, int attempt);
  // The store has news of a review: it is worth asking.
  void NoteChange();

  // The watcher's side.

  // By place, kTextsPerReview of them; nothing unless it is being written here.
  std::optional<std::vector<UnfinishedText>> Read(
      std::string_view review_id) const;
  // True when NoteChange was called since the last time.
  bool TakeChange() { return changed_.exchange(false); }
  // Until there are new pieces or changes, Ring, `duration`, or stop.
  void Wait(base::Clock& clock, std::chrono::milliseconds duration,
            std::stop_token stop) {
    doorbell_.Wait(clock, duration, stop);
  }
  void Ring() { doorbell_.Ring(); }

 private:
  struct Job {
    int attempt = 0;
    std::vector<UnfinishedText> texts;
  };

  mutable std::mutex mutex_;  // guards jobs_
  std::map<std::string, Job, std::less<>> jobs_;
  std::atomic<bool> changed_ = false;
  Doorbell doorbell_;
};

}  // namespace artspeak::service
