// Parallel loops over a fixed set of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace artspeak::base {

// A few threads that share one loop at a time. The caller works too, so a pool
// of one runs everything in place. Chunks depend on `grain` alone, never on the
// number of threads: a body that sums a chunk gives the same bits on any
// machine. One loop at a time: callers from several threads take turns.
//
// Loops that follow each other within some ten microseconds, as the products of
// one token do, find the threads awake; after that they sleep and use nothing.
class ThreadPool {
 public:
  // threads: 0 means one for each processor. before_chunk, if not empty, is
  // called by each thread before each of its chunks: it may wait there, and
  // must not throw. Throws Error when the system gives fewer threads.
  explicit ThreadPool(int threads = 0, std::function<void()> before_chunk = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls body(begin, end) for consecutive chunks of [0, count), each `grain`
  // long but the last; returns when all are done. The first exception of a body
  // is thrown here. A body must not start a loop on the same pool.
  void For(int64_t count, int64_t grain,
           const std::function<void(int64_t begin, int64_t end)>& body);

 private:
  struct Loop;
  void Work();
  void EndWorkers();

  const std::function<void()> before_chunk_;
  std::mutex turn_;  // guards the right to run a loop
  // The loop to help with, or null. A worker counts itself in workers_inside_
  // before it looks, and the caller clears loop_ before it waits for them to
  // leave: so a loop that somebody saw outlives his work on it.
  std::atomic<Loop*> loop_{nullptr};
  std::atomic<uint32_t> workers_inside_{0};
  std::atomic<uint32_t> round_{0};  // changes with every loop, and at the end
  std::atomic<bool> stopping_{false};
  std::vector<std::jthread> workers_;
};

}  // namespace artspeak::base
