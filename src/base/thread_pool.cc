#include "base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <exception>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace artspeak::base {

namespace {

// Some tens of microseconds: longer than the serial work between two loops of a
// token, far shorter than anyone notices.
constexpr int kSpins = 2000;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Returns when `value` is no longer `old`: spins first, then sleeps.
void WaitForChange(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int i = 0; i < kSpins; ++i) {
    if (value.load() != old) return;
    Pause();
  }
  value.wait(old);
}

}  // namespace

// One running loop, on the caller's stack.
struct ThreadPool::Loop {
  Loop(int64_t count, int64_t grain,
       const std::function<void(int64_t, int64_t)>& body,
       const std::function<void()>& before_chunk)
      : count(count), grain(grain), body(body), before_chunk(before_chunk) {}

  const int64_t count;
  const int64_t grain;
  const std::function<void(int64_t, int64_t)>& body;
  const std::function<void()>& before_chunk;
  std::atomic<int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error;  // written once, by whoever set `failed`

  void Run() {
    for (;;) {
      const int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= count) return;
      if (before_chunk) before_chunk();
      try {
        body(begin, std::min(begin + grain, count));
      } catch (...) {
        if (!failed.exchange(true)) error = std::current_exception();
        next.store(count, std::memory_order_relaxed);
      }
    }
  }
};

ThreadPool::ThreadPool(int threads, std::function<void()> before_chunk)
    : before_chunk_(std::move(before_chunk)) {
  if (threads <= 0) {
    threads =
        std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  try {
    for (int i = 1; i < threads; ++i) {
      workers_.emplace_back([this] { Work(); });
    }
  } catch (const std::system_error&) {
    EndWorkers();  // those that there are, or joining them would never end
    throw Error("the system does not give {} threads: say fewer with --threads",
                threads);
  }
}

ThreadPool::~ThreadPool() { EndWorkers(); }

void ThreadPool::EndWorkers() {
  stopping_ = true;
  ++round_;
  round_.notify_all();
}

void ThreadPool::For(int64_t count, int64_t grain,
                     const std::function<void(int64_t, int64_t)>& body) {
  assert(grain > 0);
  if (count <= 0) return;
  Loop loop(count, grain, body, before_chunk_);
  if (workers_.empty() || count <= grain) {
    loop.Run();
  } else {
    std::lock_guard turn(turn_);
    loop_ = &loop;
    ++round_;
    round_.notify_all();
    loop.Run();
    loop_ = nullptr;
    while (const uint32_t inside = workers_inside_) {
      WaitForChange(workers_inside_, inside);
    }
  }
  if (loop.error) std::rethrow_exception(loop.error);
}

void ThreadPool::Work() {
  uint32_t seen = 0;
  for (;;) {
    WaitForChange(round_, seen);
    seen = round_;
    if (stopping_) return;
    ++workers_inside_;
    if (Loop* loop = loop_) loop->Run();
    --workers_inside_;
    workers_inside_.notify_one();
  }
}

}  // namespace artspeak::base
