#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "bench/contender.h"
#include "bench/rounds.h"
#include "decode/loaded_model.h"
#include "decode/scheduler.h"
#include "gpt2/kv_cache.h"

namespace artspeak::bench {
namespace {

using Json = nlohmann::ordered_json;

class Counter : public decode::TextSink {
 public:
  void OnPiece(int, std::string_view) override {}
  void OnEnd(int, const decode::TextEnd& end) override {
    tokens_ += end.tokens;
    if (end.finish == decode::Finish::kFailed) fault_ = end.fault;
  }
  int64_t tokens() const { return tokens_; }
  const std::string& fault() const { return fault_; }

 private:
  int64_t tokens_ = 0;
  std::string fault_;
};

// Where a scheduler's time went so far.
struct Times {
  explicit Times(const decode::Scheduler& scheduler)
      : reading(scheduler.step_times()),
        sampling(scheduler.sampling_seconds()) {}
  gpt2::StepTimes reading;
  double sampling;
};

}  // namespace

Json GenerateRound(const Json& job) {
  const auto model = decode::LoadedModel::Load(job.at("model"));
  base::ThreadPool pool(job.at("threads"));
  const int texts = job.at("texts");
  decode::TextRequest request{job.at("prompt"), {}, {}};
  request.options.length = job.at("tokens");
  request.options.sampling.temperature = job.at("temperature");
  request.options.sampling.top_p = job.at("top_p");
  request.options.stop_at_end_of_text = false;
  for (int text = 0; text < texts; ++text) {
    request.streams.emplace_back(1, static_cast<uint64_t>(text));
  }
  const double prompt = static_cast<double>(request.prompt.size());

  const auto counter = std::make_shared<Counter>();
  const std::string kv = job.at("kv");
  const gpt2::KvFormat format =
      kv.empty() ? gpt2::DefaultKvFormat(model.model->config())
                 : gpt2::ParseKvFormat(kv);
  decode::Scheduler scheduler(model, pool,
                              {.max_sequences = texts, .kv = format});
  const base::Stopwatch watch;
  scheduler.Add(std::move(request), counter);
  double first_token_at = 0;
  std::optional<Times> before;  // the steps in which every text gets a token
  double seconds_before = 0;
  int64_t steps = 0;
  while (!scheduler.idle()) {
    scheduler.Step();
    if (before) ++steps;
    if (!before && scheduler.tokens_drawn() > 0) {
      first_token_at = std::chrono::duration<double>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
      before.emplace(scheduler);
      seconds_before = watch.seconds();
    }
  }
  const double seconds = watch.seconds();
  if (!counter->fault().empty()) throw base::Error(counter->fault());

  const Times after(scheduler);
  const double products = after.reading.products - before->reading.products;
  const double attention = after.reading.attention - before->reading.attention;
  const double sampling = after.sampling - before->sampling;
  return {{"seconds", seconds},
          {"tokens", counter->tokens()},
          {"peak_memory_bytes", PeakMemoryBytes()},
          {"first_token_at", first_token_at},
          {"kv", gpt2::NameOf(format)},
          {"steps", steps},
          // Step i reads token i, which looks back on the prompt and on i.
          {"context", prompt + static_cast<double>(steps + 1) / 2},
          {"products", products},
          {"attention", attention},
          {"sampling", sampling},
          {"rest", seconds - seconds_before - products - attention - sampling}};
}

}  // namespace artspeak::bench
