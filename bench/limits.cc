#include "bench/limits.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <functional>
#include <new>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "base/clock.h"
#include "bench/limit_loops.h"

namespace artspeak::bench {
namespace {

constexpr size_t kLargePage = 2 << 20;
// Far more than any cache that the threads share.
constexpr size_t kBytes = size_t{256} << 20;
constexpr int64_t kShare = 1 << 20;  // bytes that a thread reads at a time
constexpr int kTries = 3;

// What the kernel says of the mapping that begins at `data`: kilobytes on
// large pages.
int64_t LargeKilobytes(const void* data) {
  std::ifstream maps("/proc/self/smaps");
  const std::string begin =
      fmt::format("{:x}-", reinterpret_cast<size_t>(data));
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.starts_with(begin)) inside = true;
    if (inside && line.starts_with("AnonHugePages:")) {
      return std::stoll(line.substr(std::strlen("AnonHugePages:")));
    }
  }
  return 0;
}

}  // namespace

// A block on pages of one size.
class Limits::Memory {
 public:
  explicit Memory(bool large) {
    // Of its own mapping, between two that nobody may touch: else the kernel
    // might join it with its neighbour.
    const size_t reserved = kBytes + 2 * kLargePage;
    base_ =
        mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base_ == MAP_FAILED) throw std::bad_alloc();
    const size_t at = reinterpret_cast<size_t>(base_) + kLargePage;
    data_ = reinterpret_cast<std::byte*>(at / kLargePage * kLargePage);
    mprotect(data_, kBytes, PROT_READ | PROT_WRITE);
    madvise(data_, kBytes, large ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    std::memset(data_, 1, kBytes);  // or all would be the kernel's zero page
    large_share_ = LargeKilobytes(data_) * 1024.0 / kBytes;
  }
  ~Memory() { munmap(base_, kBytes + 2 * kLargePage); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  std::span<const std::byte> bytes() const { return {data_, kBytes}; }
  double large_share() const { return large_share_; }

 private:
  void* base_ = nullptr;
  std::byte* data_ = nullptr;
  double large_share_ = 0;
};

struct Limits::Limit {
  std::string name;
  std::string what;
  std::string unit;
  double scale = 1;  // units in one of `work`'s
  // Runs once on the pool and gives bytes or operations.
  std::function<double(base::ThreadPool&)> work;
  double large_share = -1;  // of memory asked for on large pages
  Figures one{}, all{};     // in units, per second
};

Limits::Limits(int threads) : one_(1), all_(threads) {
  const auto add_reading = [&](const char* name, const char* what, bool large) {
    const auto memory = std::make_shared<Memory>(large);
    limits_.push_back(
        {name, what, "GB/s", 1e9,
         [memory](base::ThreadPool& pool) {
           std::atomic<uint64_t> seen = 0;
           pool.For(kBytes, kShare, [&](int64_t begin, int64_t end) {
             seen ^= ReadAll(memory->bytes().subspan(
                 static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
           });
           return static_cast<double>(kBytes);
         },
         large ? memory->large_share() : -1});
  };
  const auto add_arithmetic = [&](const char* name, const char* what,
                                  std::optional<ArithmeticLoop> loop) {
    if (!loop) return;
    limits_.push_back(
        {name, what, "GOP/s", 1e9, [loop = *loop](base::ThreadPool& pool) {
           constexpr int64_t kTurns = 1 << 21, kGrain = 1 << 17;
           std::atomic<double> seen = 0;
           pool.For(kTurns, kGrain, [&](int64_t begin, int64_t end) {
             seen = seen + loop.run(end - begin);
           });
           return loop.operations * kTurns;
         }});
  };
  add_reading("read_4k", "reading memory, 4 KB pages", false);
  add_reading("read_2m", "reading memory, 2 MB pages", true);
  add_arithmetic("fp32", "fp32 multiply-add", Fp32Loop());
  add_arithmetic("bf16", "bf16 dot product", Bf16Loop());
  add_arithmetic("int8", "int8 dot product", Int8Loop());
}

Limits::~Limits() = default;

void Limits::Measure() {
  for (int i = 0; i < kTries; ++i) {
    for (Limit& limit : limits_) {
      for (auto [pool, figures] :
           {std::pair{&one_, &limit.one}, std::pair{&all_, &limit.all}}) {
        const base::Stopwatch watch;
        const double amount = limit.work(*pool);
        figures->Add(amount / watch.seconds() / limit.scale);
      }
    }
  }
}

const Limits::Limit* Limits::Find(const std::string& name) const {
  for (const Limit& limit : limits_) {
    if (limit.name == name) return &limit;
  }
  return nullptr;
}

double Limits::Peak(const std::string& name) const {
  const Limit* limit = Find(name);
  if (limit == nullptr) limit = Find("fp32");
  return limit != nullptr ? limit->all.median() * limit->scale : 0;
}

double Limits::bytes() const {
  return std::max(Peak("read_4k"), Peak("read_2m"));
}

std::string Limits::Show() const {
  std::string text =
      fmt::format("{:<30}{:>26}{:>26}\n", "this machine, in this run",
                  "one thread", fmt::format("{} threads", all_.threads()));
  for (const Limit& limit : limits_) {
    text += fmt::format("{:<30}{:>26}{:>26}\n",
                        fmt::format("{}, {}", limit.what, limit.unit),
                        limit.one.Show(1), limit.all.Show(1));
  }
  for (const Limit& limit : limits_) {
    if (limit.large_share >= 0 && limit.large_share < 0.99) {
      text += fmt::format(
          "The kernel gave 2 MB pages for {:.0f} % of what was "
          "asked for.\n",
          100 * limit.large_share);
    }
  }
  return text;
}

nlohmann::ordered_json Limits::ToJson() const {
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const Limit& limit : limits_) {
    auto& one = all[limit.name];
    one = {{"unit", limit.unit},
           {"one_thread", limit.one.ToJson()},
           {"all_threads", limit.all.ToJson()}};
    if (limit.large_share >= 0) one["share_on_large_pages"] = limit.large_share;
  }
  return all;
}

}  // namespace artspeak::bench
