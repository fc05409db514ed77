// Times the attention of one token of GPT-2 355M for five texts, with keys and
// values in each format, in memory and from the processor's cache. All are
// timed in turn, round by round, so that a busy moment of the machine meets
// them alike.
//
//   attention_rounds [ROUNDS] [TOKENS]
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/thread_pool.h"
#include "nn/buffer.h"
#include "nn/kernels.h"

namespace artspeak {
namespace {

constexpr int64_t kTexts = 5, kLayers = 24, kHeads = 16, kD = 64;
constexpr int64_t kAll = kLayers * kTexts * kHeads;
constexpr float kScale = 0.125f;

// The keys and values of all heads, one after the other, in one format.
class Cache {
 public:
  explicit Cache(int64_t run_bytes)
      : run_(run_bytes), data_(2 * kAll * run_bytes / 4) {}
  std::byte* keys(int64_t head) {
    return reinterpret_cast<std::byte*>(data_.data()) + 2 * head * run_;
  }
  std::byte* values(int64_t head) { return keys(head) + run_; }
  int64_t bytes() const { return data_.size() * 4; }

 private:
  int64_t run_;
  nn::Buffer data_;
};

// What the memory can give: every thread adds up the words of its share, asking
// ahead.
uint64_t ReadAll(base::ThreadPool& pool, Cache& cache) {
  typedef uint64_t Words __attribute__((vector_size(16)));
  constexpr int64_t kShare = 1 << 20, kAhead = 4096;
  constexpr int kChains = 16;  // or each addition would wait for the one before
  constexpr int64_t kStep = kChains * sizeof(Words);
  const std::byte* bytes = cache.keys(0);
  std::vector<uint64_t> sums(static_cast<size_t>(cache.bytes() / kShare + 1));
  pool.For(cache.bytes(), kShare, [&](int64_t begin, int64_t end) {
    Words sum[kChains] = {};
    for (int64_t i = begin; i + kStep <= end; i += kStep) {
      Words words[kChains];
      std::memcpy(words, bytes + i, sizeof words);
      for (int64_t line = 0; line < kStep; line += 64) {
        __builtin_prefetch(bytes + i + kAhead + line);
      }
      for (int k = 0; k < kChains; ++k) sum[k] += words[k];
    }
    uint64_t& share = sums[static_cast<size_t>(begin / kShare)];
    for (const Words& one : sum) share ^= one[0] ^ one[1];
  });
  uint64_t all = 0;
  for (const uint64_t sum : sums) all ^= sum;
  return all;
}

double Milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now() - start)
      .count();
}

struct Series {
  std::string name;
  double megabytes = 0;
  std::function<void()> work;
  std::vector<double> milliseconds = {};
};

int Run(int rounds, int64_t tokens) {
  base::ThreadPool pool;
  const nn::Kernels& kernels = nn::BestKernels();
  base::RandomStream random(1);
  std::vector<float> q(kD), rows(static_cast<size_t>(tokens * kD));
  for (float& x : q) x = static_cast<float>(random.Normal());

  Cache fp32(tokens * kD * 4), bf16(tokens * kD * 2),
      int8(nn::Int8RowsBytes(tokens, kD));
  const auto as_floats = [](std::byte* at) {
    return reinterpret_cast<float*>(at);
  };
  const auto as_halves = [](std::byte* at) {
    return reinterpret_cast<nn::Bfloat16*>(at);
  };
  for (int64_t head = 0; head < kAll; ++head) {
    for (const bool values : {false, true}) {
      const auto at = [&](Cache& cache) {
        return values ? cache.values(head) : cache.keys(head);
      };
      if (head == 0) {
        for (float& x : rows) x = static_cast<float>(random.Normal());
      }
      std::copy(rows.begin(), rows.end(), as_floats(at(fp32)));
      kernels.round_to_bf16(as_halves(at(bf16)), rows.data(), tokens * kD);
      for (int64_t i = 0; i < tokens; ++i) {
        kernels.store_int8_row(at(int8), i, rows.data() + i * kD, kD);
      }
    }
  }

  std::vector<float> out(static_cast<size_t>(kAll * kD)),
      scores(static_cast<size_t>(kTexts * kHeads * tokens));
  // The heads of all texts, layer by layer, cut as inference cuts them; `stay`
  // has every head read the first one's keys and values.
  const int64_t grain = std::max<int64_t>(1, (1 << 18) / (4 * kD * tokens));
  const auto attend = [&](auto one, bool stay) {
    for (int64_t layer = 0; layer < kLayers; ++layer) {
      pool.For(kTexts * kHeads, grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t head = layer * kTexts * kHeads + i;
          one(out.data() + head * kD, scores.data() + i * tokens,
              stay ? 0 : head);
        }
      });
    }
  };
  const auto attend_fp32 = [&](float* to, float* scratch, int64_t head) {
    kernels.attend(to, scratch, q.data(), as_floats(fp32.keys(head)),
                   as_floats(fp32.values(head)), tokens, kD, kScale);
  };
  const auto attend_bf16 = [&](float* to, float* scratch, int64_t head) {
    kernels.attend_bf16(to, scratch, q.data(), as_halves(bf16.keys(head)),
                        as_halves(bf16.values(head)), tokens, kD, kScale);
  };
  const auto attend_int8 = [&](float* to, float* scratch, int64_t head) {
    kernels.attend_int8(to, scratch, q.data(), int8.keys(head),
                        int8.values(head), tokens, kD, kScale);
  };
  uint64_t seen = 0;
  std::vector<Series> series;
  const auto add = [&](const std::string& name, Cache& cache, auto one) {
    const double megabytes = static_cast<double>(cache.bytes()) / 1e6;
    series.push_back({name + ", read alone", megabytes,
                      [&] { seen ^= ReadAll(pool, cache); }});
    series.push_back(
        {name + ", in memory", megabytes, [&, one] { attend(one, false); }});
    series.push_back({name + ", in cache", 0, [&, one] { attend(one, true); }});
  };
  add("fp32", fp32, attend_fp32);
  add("bf16", bf16, attend_bf16);
  add("int8", int8, attend_int8);
  for (int round = 0; round < rounds; ++round) {
    for (Series& one : series) {
      one.milliseconds.push_back(Milliseconds(one.work));
    }
  }
  fmt::print("{} tokens in each of {} texts, {} threads, {} rounds{}\n", tokens,
             kTexts, pool.threads(), rounds, seen == 1 ? " " : "");
  fmt::print("{:<18}{:>8}{:>12}{:>10}{:>10}{:>10}\n", "", "MB", "median ms",
             "least", "most", "GB/s");
  for (Series& one : series) {
    std::sort(one.milliseconds.begin(), one.milliseconds.end());
    const double median = one.milliseconds[one.milliseconds.size() / 2];
    fmt::print("{:<18}{:>8.0f}{:>12.2f}{:>10.2f}{:>10.2f}{:>10.1f}\n", one.name,
               one.megabytes, median, one.milliseconds.front(),
               one.milliseconds.back(), one.megabytes / median);
  }
  return 0;
}

}  // namespace
}  // namespace artspeak

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 15;
  const int tokens = argc > 2 ? std::atoi(argv[2]) : 416;
  if (rounds < 1 || tokens < 1 || tokens > 1024 || argc > 3) {
    fmt::print(stderr, "usage: attention_rounds [ROUNDS] [TOKENS]\n");
    return 2;
  }
  try {
    return artspeak::Run(rounds, tokens);
  } catch (const std::exception& error) {
    fmt::print(stderr, "attention_rounds: {}\n", error.what());
    return 1;
  }
}
