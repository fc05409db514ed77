// The worker: takes jobs from the line and has their texts written.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "service/doorbell.h"
#include "service/job_queue.h"
#include "service/live_text.h"
#include "service/text_generator.h"

namespace artspeak::service {

inline constexpr int kMaxTokensPerText = 400;
inline constexpr float kTopP = 0.9f;
// A job that takes longer failed: its generator hangs.
inline constexpr std::chrono::minutes kMaxJobTime{30};

// The seed of a job's text: by its place, and by how often it was tried.
uint64_t TextSeed(uint64_t job_seed, int place, int tries);

// How long a failed job waits before its next attempt.
std::chrono::seconds RetryDelay(int attempt);

// Holds as many jobs as the generator has room for, each under a lease that it
// renews every kRenewEvery. A text is saved when it is finished, so that
// whoever takes over after a crash writes only the missing ones; with the same
// seeds, so the same texts. A store that cannot be reached loses nothing:
// finished texts are kept here and saved when it is back, as long as the lease
// holds.
class Worker {
 public:
  struct Options {
    std::string name;  // the owner of leases; no two workers share one
    // How often to look for jobs of other processes.
    std::chrono::milliseconds poll = std::chrono::seconds(1);
    // Called after each finished job, to wake a notifier; must not block.
    std::function<void()> on_finished;
    // Told of every piece as it comes; must outlive the generator. May be null.
    LiveText* live = nullptr;
  };

  // queue, generator and clock must outlive the worker.
  Worker(JobQueue& queue, TextGenerator& generator, base::Clock& clock,
         Options options);
  ~Worker();

  // Works until stop is requested; then saves what is finished, gives its
  // leases back, and returns. Does not throw for faults of the store or the
  // generator: it logs them and goes on. Call it once.
  void Run(std::stop_token stop);

  // A job was submitted in this process. Thread-safe, does not block.
  void Wake();

 private:
  struct Inbox;
  class Sink;
  struct ActiveJob;

  void CollectEndedTexts();
  bool SaveText(const ActiveJob& job, size_t place);
  bool Advance(ActiveJob& job);  // false: this worker is done with the job
  void LeaseJobs();
  void StartTexts(ActiveJob& job);
  void CancelTexts(ActiveJob& job);
  void Forget(const ActiveJob& job);
  void GiveEverythingBack();

  JobQueue& queue_;
  TextGenerator& generator_;
  base::Clock& clock_;
  Options options_;
  std::shared_ptr<Inbox> inbox_;  // sinks may outlive the worker
  std::vector<std::unique_ptr<ActiveJob>> jobs_;
};

}  // namespace artspeak::service
