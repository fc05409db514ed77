#include "base/pause_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "base/thread_pool.h"
#include "tests/support/quick_clock.h"

namespace artspeak::base {
namespace {

constexpr int kQuiet = PauseGate::kQuietAnswers;

// Answers in turn, then false for ever.
class Answers {
 public:
  explicit Answers(std::deque<bool> answers) : answers_(std::move(answers)) {}
  bool Next() {
    ++asked;
    if (answers_.empty()) return false;
    const bool answer = answers_.front();
    answers_.pop_front();
    return answer;
  }
  int asked = 0;

 private:
  std::deque<bool> answers_;
};

TEST(PauseGate, IsOpenWhileNobodyIsBusy) {
  testing::QuickClock clock;
  Answers answers({});
  PauseGate gate({.busy = [&] { return answers.Next(); }}, {}, clock);
  gate.Pass();
  EXPECT_EQ(answers.asked, 1);
  EXPECT_TRUE(clock.sleeps.empty());
  EXPECT_EQ(gate.seconds_paused(), 0);
}

TEST(PauseGate, OpensAfterQuietAlone) {
  testing::QuickClock clock;
  // Busy, a moment of quiet, busy again.
  Answers answers({true, true, false, false, true});
  int shown = 0;
  PauseGate gate(
      {.busy = [&] { return answers.Next(); }, .on_wait = [&] { ++shown; }}, {},
      clock);
  gate.Pass();
  EXPECT_EQ(answers.asked, 5 + kQuiet);
  EXPECT_EQ(static_cast<int>(clock.sleeps.size()), 4 + kQuiet);
  EXPECT_EQ(shown, 4 + kQuiet);
  EXPECT_GT(gate.seconds_paused(), 0);
}

TEST(PauseGate, OpensForGoodWhenAStopIsRequested) {
  SystemClock clock;
  std::stop_source stop;
  std::atomic<bool> waits = false;
  int asked = 0;
  PauseGate gate({.busy =
                      [&] {
                        ++asked;
                        return true;
                      },
                  .on_wait = [&] { waits = true; }},
                 stop.get_token(), clock);
  std::jthread worker([&] { gate.Pass(); });
  while (!waits) std::this_thread::yield();
  stop.request_stop();
  worker.join();
  const int before = asked;
  std::this_thread::sleep_for(2 * PauseGate::kAskEvery);
  gate.Pass();
  EXPECT_EQ(asked, before);
}

TEST(PauseGate, HoldsEveryThreadOfAPoolBeforeItsNextChunk) {
  constexpr int kThreads = 3;
  constexpr int kChunks = 1000;
  SystemClock clock;
  std::atomic<bool> busy = false, waits = false;
  PauseGate gate(
      {.busy = [&] { return busy.load(); }, .on_wait = [&] { waits = true; }},
      {}, clock);
  std::atomic<int> inside = 0, done = 0;
  ThreadPool pool(kThreads, [&] {
    ++inside;
    gate.Pass();
    --inside;
  });
  std::jthread visitor([&] {
    while (done < 10) std::this_thread::yield();
    busy = true;
    while (!waits && done < kChunks) std::this_thread::yield();
    // The last answer that it was open holds no longer than this.
    std::this_thread::sleep_for(2 * PauseGate::kAskEvery);
    while (inside < kThreads && done < kChunks) std::this_thread::yield();
    const int before = done;
    std::this_thread::sleep_for(10 * PauseGate::kAskEvery);
    EXPECT_EQ(done, before);
    EXPECT_LT(done, kChunks);
    busy = false;
  });
  pool.For(kChunks, 1, [&](int64_t, int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ++done;
  });
  visitor.join();
  EXPECT_EQ(done, kChunks);
}

}  // namespace
}  // namespace artspeak::base
