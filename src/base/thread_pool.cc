#include "base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <exception>

namespace artspeak::base {

// One running loop. It lives on the caller's stack: the caller leaves only
// after `loop_` is cleared and no worker is inside.
struct ThreadPool::Loop {
  Loop(int64_t count, int64_t grain,
       const std::function<void(int64_t, int64_t)>& body)
      : count(count), grain(grain), body(body) {}

  const int64_t count;
  const int64_t grain;
  const std::function<void(int64_t, int64_t)>& body;
  std::atomic<int64_t> next{0};
  int workers = 0;  // inside the loop now; guarded by ThreadPool::mutex_
  std::atomic<bool> failed{false};
  std::exception_ptr error;  // written once, by whoever set `failed`

  void Run() {
    for (;;) {
      const int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= count) return;
      try {
        body(begin, std::min(begin + grain, count));
      } catch (...) {
        if (!failed.exchange(true)) error = std::current_exception();
        next.store(count, std::memory_order_relaxed);
      }
    }
  }
};

ThreadPool::ThreadPool(int threads) {
  if (threads <= 0) {
    threads =
        std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  for (int i = 1; i < threads; ++i) {
    workers_.emplace_back([this](std::stop_token stop) { Work(stop); });
  }
}

ThreadPool::~ThreadPool() {
  for (std::jthread& worker : workers_) worker.request_stop();
}

void ThreadPool::For(int64_t count, int64_t grain,
                     const std::function<void(int64_t, int64_t)>& body) {
  assert(grain > 0);
  if (count <= 0) return;
  Loop loop(count, grain, body);
  if (workers_.empty() || count <= grain) {
    loop.Run();
  } else {
    std::lock_guard turn(turn_);
    {
      std::lock_guard lock(mutex_);
      loop_ = &loop;
    }
    start_.notify_all();
    loop.Run();
    std::unique_lock lock(mutex_);
    loop_ = nullptr;
    done_.wait(lock, [&] { return loop.workers == 0; });
  }
  if (loop.error) std::rethrow_exception(loop.error);
}

void ThreadPool::Work(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (start_.wait(lock, stop, [&] { return loop_ != nullptr; })) {
    Loop* loop = loop_;
    ++loop->workers;
    lock.unlock();
    loop->Run();
    lock.lock();
    // The loop's numbers are spent: wait for the next one, not for this again.
    if (loop_ == loop) loop_ = nullptr;
    if (--loop->workers == 0) done_.notify_one();
  }
}

}  // namespace artspeak::base
