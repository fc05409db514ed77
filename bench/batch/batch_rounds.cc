// What texts that are being written notice of others: of a long prompt that
// joins the batch, and of work that takes their processors away. Everything is
// timed in turn, round by round, so that a busy moment of the machine meets all
// alike; what counts is the ratio to the same texts left alone.
//
//   batch_rounds MODEL [ROUNDS]
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "decode/loaded_model.h"
#include "decode/scheduler.h"

namespace artspeak {
namespace {

constexpr int kTexts = 5;         // of one review
constexpr int kLongPrompt = 900;  // tokens

class Silence : public decode::TextSink {
 public:
  void OnPiece(int, std::string_view) override {}
  void OnEnd(int, const decode::TextEnd&) override { ++ends; }
  int ends = 0;
};

decode::TextRequest Request(int prompt, int texts, int length) {
  decode::TextRequest request;
  for (int i = 0; i < prompt; ++i) request.prompt.push_back(1000 + 7 * i);
  for (int i = 0; i < texts; ++i) request.streams.emplace_back(1, i);
  request.options.length = length;
  request.options.stop_at_end_of_text = false;
  return request;
}

double StepMilliseconds(decode::Scheduler& scheduler) {
  const auto start = std::chrono::steady_clock::now();
  scheduler.Step();
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now() - start)
      .count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Reading {
  std::vector<double> alone = {};   // ms a step without the prompt
  std::vector<double> during = {};  // and while it is read
  std::vector<double> whole = {};   // ms from its arrival to its first token
  std::vector<double> short_prompt = {};  // the same of one that came after it
};

void ReadAPrompt(const decode::LoadedModel& model, base::ThreadPool& pool,
                 int slice, Reading& reading) {
  decode::Scheduler scheduler(
      model, pool, {.max_sequences = kTexts + 2, .prompt_slice = slice});
  const auto silence = std::make_shared<Silence>();
  scheduler.Add(Request(16, kTexts, 800), silence);
  for (int i = 0; i < 10; ++i) scheduler.Step();
  std::vector<double> alone, during;
  for (int i = 0; i < 10; ++i) alone.push_back(StepMilliseconds(scheduler));
  reading.alone.push_back(Median(alone));
  const auto reader = std::make_shared<Silence>();
  const auto follower = std::make_shared<Silence>();
  scheduler.Add(Request(kLongPrompt, 1, 1), reader);
  scheduler.Add(Request(16, 1, 1), follower);
  double whole = 0;
  while (reader->ends + follower->ends < 2) {
    during.push_back(StepMilliseconds(scheduler));
    whole += during.back();
    if (reader->ends == 1 && reading.whole.size() < reading.alone.size()) {
      reading.whole.push_back(whole);
    }
    if (follower->ends == 1 &&
        reading.short_prompt.size() < reading.alone.size()) {
      reading.short_prompt.push_back(whole);
    }
  }
  reading.during.push_back(Median(during));
}

void CompareSlices(const decode::LoadedModel& model, base::ThreadPool& pool,
                   int rounds) {
  const std::vector<int> slices = {8, 16, 32, 64, 128, 256, 1024};
  std::vector<Reading> readings(slices.size());
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < slices.size(); ++i) {
      ReadAPrompt(model, pool, slices[i], readings[i]);
    }
  }
  fmt::print("{} texts while a prompt of {} tokens is read\n", kTexts,
             kLongPrompt);
  fmt::print("  {:>16}{:>14}{:>10}{:>18}{:>22}\n", "tokens a step", "ms a step",
             "alone", "prompt read, ms", "a short one after it");
  for (size_t i = 0; i < slices.size(); ++i) {
    const Reading& r = readings[i];
    fmt::print("  {:>16}{:>14.1f}{:>10.1f}{:>18.0f}{:>22.0f}\n", slices[i],
               Median(r.during), Median(r.alone), Median(r.whole),
               Median(r.short_prompt));
  }
}

// Threads that compute for `busy` and sleep for `rest`, until they are ended.
class Rivals {
 public:
  using Time = std::chrono::microseconds;
  Rivals(int threads, Time busy, Time rest, int niceness) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([busy, rest, niceness](std::stop_token stop) {
        setpriority(PRIO_PROCESS, 0, niceness);  // of this thread, on Linux
        while (!stop.stop_requested()) {
          const auto end = std::chrono::steady_clock::now() + busy;
          while (std::chrono::steady_clock::now() < end) {
          }
          if (rest.count() > 0) std::this_thread::sleep_for(rest);
        }
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

double TokensASecond(const decode::LoadedModel& model, base::ThreadPool& pool) {
  decode::Scheduler scheduler(model, pool, {});
  scheduler.Add(Request(16, kTexts, 60), std::make_shared<Silence>());
  double milliseconds = 0;
  while (!scheduler.idle()) milliseconds += StepMilliseconds(scheduler);
  return 1000 * static_cast<double>(scheduler.tokens_drawn()) / milliseconds;
}

void CompareRivals(const decode::LoadedModel& model, base::ThreadPool& pool,
                   int rounds) {
  using std::chrono::microseconds;
  struct Case {
    std::string name;
    int threads;
    microseconds busy, rest;
    int niceness;
    std::vector<double> rates = {};
  };
  std::vector<Case> cases = {
      {"nobody", 0, {}, {}, 0},
      {"one that rests never", 1, microseconds(1000), {}, 0},
      {"the same, nice 5", 1, microseconds(1000), {}, 5},
      {"two, 0.2 of every 2 ms", 2, microseconds(200), microseconds(1800), 0},
      {"the same, nice 5", 2, microseconds(200), microseconds(1800), 5},
      {"two, 1 of every 4 ms", 2, microseconds(1000), microseconds(3000), 0},
      {"the same, nice 5", 2, microseconds(1000), microseconds(3000), 5}};
  for (int round = 0; round < rounds; ++round) {
    for (Case& c : cases) {
      const Rivals rivals(c.threads, c.busy, c.rest, c.niceness);
      c.rates.push_back(TokensASecond(model, pool));
    }
  }
  fmt::print("{} texts on {} threads beside other threads\n", kTexts,
             pool.threads());
  const double alone = Median(cases[0].rates);
  for (const Case& c : cases) {
    const double rate = Median(c.rates);
    fmt::print("  {:<26}{:>6.0f} tokens/s{:>8.0f} %\n", c.name, rate,
               100 * rate / alone);
  }
}

}  // namespace
}  // namespace artspeak

int main(int argc, char** argv) {
  using namespace artspeak;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  if (argc < 2 || argc > 3 || rounds < 1) {
    fmt::print(stderr, "usage: batch_rounds MODEL [ROUNDS]\n");
    return 2;
  }
  try {
    const auto model = decode::LoadedModel::Load(argv[1]);
    base::ThreadPool pool;
    CompareSlices(model, pool, rounds);
    CompareRivals(model, pool, rounds);
  } catch (const std::exception& error) {
    fmt::print(stderr, "batch_rounds: {}\n", error.what());
    return 1;
  }
}
