// What a visitor and a training on one machine cost each other: the time of
// five texts beside `artspeak finetune` and without it, in pairs; and how fast
// training goes alone, and beside a steady flow of visitors.
//
//   yield_rounds ARTSPEAK MODELS [124M|355M|774M [PAIRS]]
//
// 124M trains, the shape that is named writes, in int8; models are made in the
// folder MODELS where they are missing.
#include <fmt/core.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/busy_file.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "bench/figures.h"
#include "bench/random_model.h"
#include "bench/yield/training.h"
#include "decode/loaded_model.h"
#include "engine/text_engine.h"
#include "service/worker.h"

namespace artspeak::bench {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr int kTexts = 5;
// Longer than a training pauses after a visitor: it is at work again.
constexpr milliseconds kUntilAtWork{2000};
constexpr double kFlowSeconds = 45;
// A visitor comes whenever so many times the time of his texts has passed.
constexpr double kVisitorEvery = 5;

// Waits for the end of all texts of a job.
class Ends : public service::GenerationSink {
 public:
  void OnPiece(int, std::string_view) override {}
  void OnEnd(int, const service::TextEnding& ending) override {
    std::lock_guard lock(mutex_);
    if (!ending.fault.empty()) fault_ = ending.fault;
    ++ended_;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ == kTexts; });
    if (!fault_.empty()) throw base::Error("a text failed: {}", fault_);
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  int ended_ = 0;
  std::string fault_;
};

// The engine of a worker, which holds the busy file as a worker does.
class Site {
 public:
  Site(const fs::path& model, const fs::path& busy_file)
      : busy_(busy_file),
        engine_(decode::LoadedModel::Load(model),
                {.on_busy = [this](bool busy) {
                  busy ? busy_.Hold() : busy_.Release();
                }}) {}

  // Seconds that a visitor waits for his texts; always the same ones.
  double Visit() {
    const auto ends = std::make_shared<Ends>();
    service::GenerationRequest request = {
        .prompt = "The light in the room is quiet",
        .seeds = {1, 2, 3, 4, 5},
        .sampling = {.temperature = 0.7f,
                     .top_p = service::kTopP,
                     .max_tokens = service::kMaxTokensPerText}};
    const base::Stopwatch watch;
    if (!engine_.Start(request, ends)) throw base::Error("no room for texts");
    ends->Wait();
    return watch.seconds();
  }

 private:
  base::BusyFile busy_;
  engine::TextEngine engine_;
};

struct Waits {
  Figures alone, beside, ratio;
};

Waits Compare(Site& site, Training& training, int pairs) {
  Waits waits;
  for (int pair = 0; pair < pairs; ++pair) {
    double seconds[2] = {};  // without training, beside it
    for (const int turn : {0, 1}) {
      const int beside = (pair + turn) % 2;
      if (beside) {
        training.GoOn();
        std::this_thread::sleep_for(kUntilAtWork);
      } else {
        training.HoldStill();
        std::this_thread::sleep_for(milliseconds(200));
      }
      seconds[beside] = site.Visit();
    }
    waits.alone.Add(seconds[0]);
    waits.beside.Add(seconds[1]);
    waits.ratio.Add(seconds[1] / seconds[0]);
  }
  return waits;
}

// Tokens a second over kFlowSeconds at least, by the clock on the wall.
double Rate(Training& training) {
  const Training::Mark begin = training.WaitForMark();
  Training::Mark end = begin;
  while (end.seconds - begin.seconds < kFlowSeconds) {
    end = training.WaitForMark();
  }
  return (end.tokens - begin.tokens) / (end.seconds - begin.seconds);
}

void CompareRates(Site& site, Training& training, double visit_seconds) {
  training.GoOn();
  training.WaitForMark();
  const double alone = Rate(training);
  double busy = 0;
  const base::Stopwatch watch;
  std::jthread visitors([&](std::stop_token stop) {
    base::SystemClock clock;
    const auto every = std::chrono::duration_cast<milliseconds>(
        base::Seconds(visit_seconds * (kVisitorEvery - 1)));
    do {
      busy += site.Visit();
    } while (clock.Sleep(every, stop));
  });
  training.WaitForMark();  // of a step that knew no visitor
  const double beside = Rate(training);
  visitors.request_stop();
  visitors.join();
  fmt::print(
      "Training: {:.0f} tokens/s alone, {:.0f} ({:.0f} %) beside visitors "
      "whose "
      "texts take {:.0f} % of the time\n",
      alone, beside, 100 * beside / alone, 100 * busy / watch.seconds());
}

void Run(const std::string& program, const fs::path& trained,
         const fs::path& writer, int pairs) {
  const fs::path folder = fs::temp_directory_path() / "artspeak_yield_rounds";
  fs::remove_all(folder);
  base::MakeDirectories(folder);
  const std::string busy = (folder / "busy").string();
  Site site(writer, busy);
  site.Visit();  // warms up
  fmt::print("{:<36}{:>20}{:>20}{:>20}\n", "seconds of five texts",
             "without training", "beside it", "times as long");
  const struct {
    const char* name;
    std::string yield_to;
  } kinds[] = {{"training pauses", busy},
               {"lowest priority alone", (folder / "nobody").string()},
               {"neither", ""}};
  for (const auto& kind : kinds) {
    const fs::path place = folder / "training";
    {
      Training training(program, place, trained, kind.yield_to);
      const Waits waits = Compare(site, training, pairs);
      fmt::print("{:<36}{:>20}{:>20}{:>20}\n", kind.name, waits.alone.Show(2),
                 waits.beside.Show(2), waits.ratio.Show(2));
      std::fflush(stdout);
      if (kind.yield_to == busy) {
        CompareRates(site, training, waits.alone.median());
      }
    }
    fs::remove_all(place);
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace artspeak::bench

int main(int argc, char** argv) {
  const std::string writer = argc > 3 ? argv[3] : "124M";
  const int pairs = argc > 4 ? std::atoi(argv[4]) : 6;
  if (argc < 3 || argc > 5 || pairs < 1) {
    fmt::print(stderr,
               "usage: yield_rounds ARTSPEAK MODELS [124M|355M|774M "
               "[PAIRS]]\n");
    return 2;
  }
  try {
    using artspeak::bench::RandomModel;
    artspeak::bench::Run(argv[1],
                         RandomModel("124M", argv[2]).Directory("float"),
                         RandomModel(writer, argv[2]).Directory("int8"), pairs);
  } catch (const std::exception& error) {
    fmt::print(stderr, "yield_rounds: {}\n", error.what());
    return 1;
  }
}
