#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.h"

namespace artspeak::base {
namespace {

TEST(ThreadPool, VisitsEveryElementOnce) {
  ThreadPool pool(4);
  for (const int64_t count : {0, 1, 7, 1000}) {
    std::vector<std::atomic<int>> visits(count);
    pool.For(count, 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++visits[i];
    });
    for (const auto& n : visits) EXPECT_EQ(n, 1);
  }
}

TEST(ThreadPool, CutsTheSameChunksWhateverTheThreads) {
  const auto chunks = [](int threads) {
    ThreadPool pool(threads);
    std::mutex mutex;
    std::set<std::pair<int64_t, int64_t>> seen;
    pool.For(1003, 100, [&](int64_t begin, int64_t end) {
      std::lock_guard lock(mutex);
      seen.emplace(begin, end);
    });
    return seen;
  };
  EXPECT_EQ(chunks(1), chunks(3));
  EXPECT_EQ(chunks(3).size(), 11u);
}

TEST(ThreadPool, ThrowsWhatABodyThrewAndGoesOn) {
  ThreadPool pool(3);
  const auto fail = [](int64_t begin, int64_t) {
    if (begin == 50) throw std::runtime_error("body");
  };
  EXPECT_THROW(pool.For(100, 1, fail), std::runtime_error);
  std::atomic<int> done{0};
  pool.For(100, 1, [&](int64_t, int64_t) { ++done; });
  EXPECT_EQ(done, 100);
}

TEST(ThreadPool, CallsItsHookBeforeEachChunk) {
  for (const int threads : {1, 3}) {
    std::atomic<int> calls{0}, chunks{0};
    ThreadPool pool(threads, [&] { ++calls; });
    const auto body = [&](int64_t, int64_t) { EXPECT_GE(calls, ++chunks); };
    pool.For(100, 10, body);
    EXPECT_EQ(calls, 10);
    pool.For(5, 10, body);
    EXPECT_EQ(calls, 11);
  }
}

// Not under a sanitizer, whose own memory the limit would meet.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ThreadPool, SaysThatTheSystemGivesFewerThreads) {
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  rlimit limit = before;
  limit.rlim_cur = 1 << 30;  // stacks of 8 MB each
  setrlimit(RLIMIT_AS, &limit);
  EXPECT_THROW(ThreadPool(1024), Error);
  setrlimit(RLIMIT_AS, &before);
}
#endif

// Nor here: its threads work too.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Processor time of the whole process so far.
double ProcessorSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) / 1e9;
}

TEST(ThreadPool, SleepsBetweenLoops) {
  ThreadPool pool(4);
  std::atomic<int64_t> sum{0};
  pool.For(1000, 1, [&](int64_t begin, int64_t) { sum += begin; });
  const double before = ProcessorSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  // Three threads that spin would take 300 ms on the smallest machine.
  EXPECT_LT(ProcessorSeconds() - before, 0.1);
}

TEST(ThreadPool, SleepsWhileALoopWaitsForItsLastChunk) {
  ThreadPool pool(4);
  const double before = ProcessorSeconds();
  pool.For(2, 1, [&](int64_t begin, int64_t) {
    if (begin == 0) std::this_thread::sleep_for(std::chrono::milliseconds(300));
  });
  EXPECT_LT(ProcessorSeconds() - before, 0.1);
}
#endif

TEST(ThreadPool, ServesCallersFromSeveralThreads) {
  ThreadPool pool(2);
  std::atomic<int64_t> sum{0};
  {
    std::vector<std::jthread> callers;
    for (int c = 0; c < 4; ++c) {
      callers.emplace_back([&] {
        for (int round = 0; round < 50; ++round) {
          pool.For(64, 8,
                   [&](int64_t begin, int64_t end) { sum += end - begin; });
        }
      });
    }
  }
  EXPECT_EQ(sum, 4 * 50 * 64);
}

}  // namespace
}  // namespace artspeak::base
