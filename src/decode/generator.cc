#include "decode/generator.h"

#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "decode/scheduler.h"

namespace artspeak::decode {
namespace {

class Collector : public TextSink {
 public:
  Collector(const GenerateOptions& options, std::vector<Sample>& samples,
            const PieceCallback& on_piece)
      : samples_(samples),
        on_piece_(on_piece),
        at_once_(!options.copy_limit.active()) {
    for (size_t i = 0; i < samples.size(); ++i) {
      texts_.emplace_back(options.copy_limit, options.seed, i);
    }
  }

  // Where the present try of a sample draws from.
  base::RandomStream random(int sample) const {
    return texts_[sample].random();
  }

  void Write(int sample, std::string_view piece) {
    samples_[sample].text += piece;
    if (on_piece_) on_piece_(sample, piece);
  }

  void OnPiece(int index, std::string_view piece) override {
    texts_[index].Add(piece);
    if (at_once_) Write(index, piece);
  }

  void OnEnd(int index, const TextEnd& end) override {
    if (end.finish == Finish::kFailed) fault_ = end.fault;
    OriginalText& text = texts_[index];
    if (!text.End(end.finish, end.tokens)) {
      again_.push_back(index);
      return;
    }
    if (!at_once_) Write(index, text.text());
    samples_[index].tokens = text.tokens();
    samples_[index].finish = text.finish();
    samples_[index].longest_copy = text.longest_copy();
  }

  // The samples to write again, since the last call.
  std::vector<int> TakeAgain() { return std::exchange(again_, {}); }

  const std::string& fault() const { return fault_; }

 private:
  std::vector<Sample>& samples_;
  const PieceCallback& on_piece_;
  bool at_once_;
  std::vector<OriginalText> texts_;
  std::vector<int> again_;
  std::string fault_;
};

// Passes one more try of a sample on.
class Retry : public TextSink {
 public:
  Retry(std::shared_ptr<Collector> collector, int sample)
      : collector_(std::move(collector)), sample_(sample) {}
  void OnPiece(int, std::string_view piece) override {
    collector_->OnPiece(sample_, piece);
  }
  void OnEnd(int, const TextEnd& end) override {
    collector_->OnEnd(sample_, end);
  }

 private:
  std::shared_ptr<Collector> collector_;
  int sample_;
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
      std::make_shared<Collector>(options, generation.samples, on_piece);

  Scheduler scheduler(model, pool, {.kv = options.kv});
  TextRequest request{model.tokenizer->Encode(prompt), {}, options};
  request.streams.reserve(options.nsamples);
  for (int i = 0; i < options.nsamples; ++i) {
    request.streams.push_back(collector->random(i));
  }
  scheduler.Add(request, collector);
  if (options.include_prompt && !prompt.empty()) {
    for (int i = 0; i < options.nsamples; ++i) collector->Write(i, prompt);
  }
  while (!scheduler.idle()) {
    if (stop.stop_requested()) scheduler.CancelAll();
    scheduler.Step();
    for (const int sample : collector->TakeAgain()) {
      request.streams = {collector->random(sample)};
      scheduler.Add(request, std::make_shared<Retry>(collector, sample));
    }
    if (generation.prefill_seconds == 0 && scheduler.tokens_drawn() > 0) {
      generation.prefill_seconds = watch.seconds();
    }
  }
  if (!collector->fault().empty()) throw base::Error(collector->fault());
  generation.decode_seconds = watch.seconds() - generation.prefill_seconds;
  return generation;
}

}  // namespace artspeak::decode
