#include "decode/generator.h"

#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "decode/scheduler.h"

namespace artspeak::decode {
namespace {

class Collector : public TextSink {
 public:
  Collector(std::vector<Sample>& samples, const PieceCallback& on_piece)
      : samples_(samples), on_piece_(on_piece) {}

  void OnPiece(int index, std::string_view piece) override {
    samples_[index].text += piece;
    if (on_piece_) on_piece_(index, piece);
  }

  void OnEnd(int index, const TextEnd& end) override {
    samples_[index].tokens = end.tokens;
    samples_[index].finish = end.finish;
    if (end.finish == Finish::kFailed) fault_ = end.fault;
  }

  const std::string& fault() const { return fault_; }

 private:
  std::vector<Sample>& samples_;
  const PieceCallback& on_piece_;
  std::string fault_;
};

}  // namespace

Generation Generate(const LoadedModel& model, base::ThreadPool& pool,
                    std::string_view prompt, const GenerateOptions& options,
                    std::stop_token stop, const PieceCallback& on_piece) {
  if (options.nsamples < 1) {
    throw base::Error("the number of samples is {}: ask for at least 1",
                      options.nsamples);
  }
  base::Stopwatch watch;
  Generation generation;
  generation.samples.resize(options.nsamples);
  const auto collector =
      std::make_shared<Collector>(generation.samples, on_piece);

  Scheduler scheduler(model, pool, {.kv = options.kv});
  TextRequest request{model.tokenizer->Encode(prompt), {}, options};
  request.streams.reserve(options.nsamples);
  for (int i = 0; i < options.nsamples; ++i) {
    request.streams.emplace_back(options.seed, i);
  }
  scheduler.Add(std::move(request), collector);
  if (options.include_prompt && !prompt.empty()) {
    for (int i = 0; i < options.nsamples; ++i) collector->OnPiece(i, prompt);
  }
  while (!scheduler.idle()) {
    if (stop.stop_requested()) scheduler.CancelAll();
    scheduler.Step();
    if (generation.prefill_seconds == 0 && scheduler.tokens_drawn() > 0) {
      generation.prefill_seconds = watch.seconds();
    }
  }
  if (!collector->fault().empty()) throw base::Error(collector->fault());
  generation.decode_seconds = watch.seconds() - generation.prefill_seconds;
  return generation;
}

}  // namespace artspeak::decode
