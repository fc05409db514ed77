#include "app/review_regeneration.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"

namespace artspeak::app {

namespace {

using service::Provenance;
using service::ReviewState;
using service::StoredReview;

// Enough of a hash for a person to compare.
std::string Shortened(const std::string& hash) { return hash.substr(0, 12); }

// Why `generator` cannot write a text of this provenance; empty if it can.
std::string Obstacle(const std::optional<Provenance>& made,
                     const service::GeneratorIdentity& generator) {
  if (!made) return "it is not kept what this text came from";
  if (made->generator.model_hash != generator.model_hash) {
    return fmt::format(
        "it was written by the model {}, and this is the model {}: name that "
        "one "
        "with --model",
        Shortened(made->generator.model_hash), Shortened(generator.model_hash));
  }
  if (made->generator.kv != generator.kv) {
    return fmt::format(
        "it was written with keys and values in {}, and here they are in {}",
        made->generator.kv, generator.kv);
  }
  if (made->generator.max_copied_words != generator.max_copied_words) {
    return fmt::format(
        "it was written with max_copied_words {}, and here it is {}",
        made->generator.max_copied_words, generator.max_copied_words);
  }
  if (made->generator.passages_hash != generator.passages_hash) {
    return fmt::format(
        "it was kept from copying the training texts {}, and the index "
        "\"originality\" is now of the texts {}: put the former one back",
        Shortened(made->generator.passages_hash),
        Shortened(generator.passages_hash));
  }
  return "";
}

// Collects the texts of one request; another thread waits for them.
class Collector : public service::GenerationSink {
 public:
  explicit Collector(size_t texts) : texts_(texts), unfinished_(texts) {}

  void OnPiece(int index, std::string_view piece) override {
    const size_t characters = base::CountCodePoints(piece);
    std::lock_guard lock(mutex_);
    texts_.at(static_cast<size_t>(index)) += piece;
    characters_ += static_cast<int64_t>(characters);
    changed_.notify_all();
  }

  void OnEnd(int, const service::TextEnding& ending) override {
    std::lock_guard lock(mutex_);
    if (ending.end == service::TextEnd::kFailed) fault_ = ending.fault;
    --unfinished_;
    changed_.notify_all();
  }

  // Tells how many characters there are, again and again. Throws Error if a
  // text failed or stop was requested.
  std::vector<std::string> Wait(
      std::stop_token stop, const std::function<void(int64_t)>& on_characters) {
    std::unique_lock lock(mutex_);
    int64_t told = 0;
    do {
      changed_.wait(lock, stop,
                    [&] { return unfinished_ == 0 || characters_ > told; });
      if (stop.stop_requested()) {
        throw base::Error("writing again was interrupted: start it once more");
      }
      told = characters_;
      lock.unlock();
      on_characters(told);
      lock.lock();
    } while (unfinished_ > 0 || characters_ > told);
    if (!fault_.empty()) throw base::Error(fault_);
    return std::move(texts_);
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable_any changed_;
  std::vector<std::string> texts_;
  size_t unfinished_;
  int64_t characters_ = 0;
  std::string fault_;
};

}  // namespace

void RequireRegenerable(const StoredReview& stored) {
  const service::Review& review = stored.review;
  switch (review.state) {
    case ReviewState::kWaiting:
    case ReviewState::kGenerating:
      throw base::Error(
          "review {} is not finished yet ({}): try again when it is done",
          review.id, StateName(review.state));
    case ReviewState::kFailed:
      throw base::Error(
          "review {} failed, so it has no five texts to write again: artspeak "
          "admin reviews show {} says why",
          review.id, review.id);
    case ReviewState::kBlocked:
      throw base::Error(
          "review {} is blocked: put it back first with artspeak admin reviews "
          "unblock {}",
          review.id, review.id);
    case ReviewState::kHeld:
      throw base::Error(
          "review {} waits for you before it is written: artspeak admin "
          "reviews "
          "approve {} puts it in line",
          review.id, review.id);
    case ReviewState::kDone:
      break;
  }
  const auto& provenances = stored.provenances;
  if (std::none_of(provenances.begin(), provenances.end(),
                   [](const auto& made) { return made.has_value(); })) {
    throw base::Error(
        "review {} was imported, or written before models and seeds were kept: "
        "it cannot be written again",
        review.id);
  }
}

std::vector<RegeneratedText> RegenerateReview(
    const StoredReview& stored, service::TextGenerator& generator,
    std::stop_token stop, const base::ProgressCallback& progress) {
  const std::vector<std::string>& kept = stored.review.texts;
  std::vector<RegeneratedText> results(kept.size());
  std::vector<size_t> missing;  // that this generator can write
  std::string obstacle;
  base::Progress so_far;
  for (size_t i = 0; i < kept.size(); ++i) {
    const std::optional<Provenance>& made = stored.provenances.at(i);
    results[i].note = Obstacle(made, generator.identity());
    if (results[i].note.empty()) {
      missing.push_back(i);
      so_far.total += static_cast<int64_t>(base::CountCodePoints(kept[i]));
    } else if (made || obstacle.empty()) {
      obstacle = results[i].note;
    }
  }
  if (missing.empty()) {
    throw base::Error("review {} cannot be written again: {}", stored.review.id,
                      obstacle);
  }

  // Those of the same options share the prompt, as when they were written.
  while (!missing.empty()) {
    const service::SamplingOptions sampling =
        stored.provenances[missing.front()]->sampling;
    const auto rest = std::stable_partition(
        missing.begin(), missing.end(),
        [&](size_t i) { return stored.provenances[i]->sampling == sampling; });
    service::GenerationRequest request{
        .prompt = stored.review.prompt, .seeds = {}, .sampling = sampling};
    for (auto i = missing.begin(); i != rest; ++i) {
      request.seeds.push_back(stored.provenances[*i]->seed);
    }
    const auto collector = std::make_shared<Collector>(request.seeds.size());
    if (!generator.Start(request, collector)) {
      throw base::Error("there is no room to write {} texts at once",
                        request.seeds.size());
    }
    const int64_t before = so_far.done;
    std::vector<std::string> texts =
        collector->Wait(stop, [&](int64_t characters) {
          so_far.done = std::min(before + characters, so_far.total);
          if (progress) progress(so_far);
        });
    for (size_t i = 0; i < texts.size(); ++i) {
      RegeneratedText& result = results[missing[i]];
      const std::string& set =
          stored.provenances[missing[i]]->generator.instruction_set;
      result.same = texts[i] == kept[missing[i]];
      result.text = std::move(texts[i]);
      if (set != generator.identity().instruction_set) {
        result.note = fmt::format(
            "it was written with {} instructions, and this processor has {}: "
            "they round otherwise, so a text may differ",
            set, generator.identity().instruction_set);
      }
    }
    missing.erase(missing.begin(), rest);
  }
  return results;
}

}  // namespace artspeak::app
