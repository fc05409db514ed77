#include "service/worker.h"

#include <algorithm>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"

namespace artspeak::service {

namespace {

constexpr int kTriesPerText = 3;
constexpr std::chrono::seconds kWaitAfterFault{5};

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

SamplingOptions SamplingOf(const LeasedJob& job) {
  return {.temperature = static_cast<float>(job.eccentricity) / 10.0f,
          .top_p = kTopP,
          .max_tokens = kMaxTokensPerText};
}

}  // namespace

uint64_t TextSeed(uint64_t job_seed, int place, int tries) {
  base::RandomStream stream(job_seed, static_cast<uint64_t>(place));
  stream.Seek(2 * static_cast<uint64_t>(tries));
  return stream.NextU64();
}

std::chrono::seconds RetryDelay(int attempt) {
  return std::chrono::seconds(10) * (1 << std::clamp(attempt - 1, 0, 5));
}

// Where the generator's thread leaves ended texts for the worker's.
struct Worker::Inbox {
  struct EndedText {
    int64_t job;
    int attempt;
    int place;
    TextEnd end;
    std::string text;
    std::string fault;
  };

  Doorbell doorbell;
  std::mutex mutex;  // guards ended
  std::vector<EndedText> ended;
};

class Worker::Sink : public GenerationSink {
 public:
  struct Place {
    int place = 0;  // of a text of the request in the review
    int tries = 0;
  };

  Sink(std::shared_ptr<Inbox> inbox, const LeasedJob& job,
       std::vector<Place> places, LiveText* live)
      : inbox_(std::move(inbox)),
        job_(job.lease.job),
        attempt_(job.lease.attempt),
        review_id_(job.review_id),
        places_(std::move(places)),
        texts_(places_.size()),
        live_(live) {}

  void OnPiece(int index, std::string_view piece) override {
    const auto i = static_cast<size_t>(index);
    texts_.at(i) += piece;
    if (live_ == nullptr) return;
    live_->Append(review_id_, places_[i].place, {attempt_, places_[i].tries},
                  piece);
  }

  void OnEnd(int index, const TextEnding& ending) override {
    const auto i = static_cast<size_t>(index);
    {
      std::lock_guard lock(inbox_->mutex);
      inbox_->ended.push_back({job_, attempt_, places_.at(i).place, ending.end,
                               std::move(texts_.at(i)),
                               std::string(ending.fault)});
    }
    inbox_->doorbell.Ring();
  }

 private:
  std::shared_ptr<Inbox> inbox_;
  int64_t job_;
  int attempt_;
  std::string review_id_;
  std::vector<Place> places_;
  std::vector<std::string> texts_;
  LiveText* live_;
};

struct Worker::ActiveJob {
  enum class Step { kMissing, kRunning, kFinished, kSaved };
  struct Text {
    Step step = Step::kMissing;
    int tries = 0;
    uint64_t seed = 0;  // of the last try
    std::string text;
  };

  LeasedJob leased;
  base::UnixTime leased_at;
  base::UnixTime renewed_at;
  std::vector<Text> texts;
  std::vector<TextGenerator::Ticket> tickets;
  std::string fault;  // why this attempt failed

  bool Any(Step step) const {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const Text& text) { return text.step == step; });
  }
};

Worker::Worker(JobQueue& queue, TextGenerator& generator, base::Clock& clock,
               Options options)
    : queue_(queue),
      generator_(generator),
      clock_(clock),
      options_(std::move(options)),
      inbox_(std::make_shared<Inbox>()) {}

Worker::~Worker() = default;

void Worker::Wake() { inbox_->doorbell.Ring(); }

void Worker::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::chrono::milliseconds wait = options_.poll;
    CollectEndedTexts();
    for (auto& job : jobs_) {
      try {
        if (!Advance(*job)) {
          Forget(*job);
          job.reset();
        }
      } catch (const base::Error& error) {
        base::LogError("job {} of review {}: {}", job->leased.lease.job,
                       job->leased.review_id, error.what());
        wait = kWaitAfterFault;
      }
    }
    std::erase(jobs_, nullptr);
    try {
      LeaseJobs();
    } catch (const base::Error& error) {
      base::LogError("no job could be taken: {}", error.what());
      wait = kWaitAfterFault;
    }
    inbox_->doorbell.Wait(clock_, wait, stop);
  }
  GiveEverythingBack();
}

void Worker::CollectEndedTexts() {
  std::vector<Inbox::EndedText> ended;
  {
    std::lock_guard lock(inbox_->mutex);
    ended.swap(inbox_->ended);
  }
  for (Inbox::EndedText& end : ended) {
    const auto job =
        std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& job) {
          return job->leased.lease.job == end.job &&
                 job->leased.lease.attempt == end.attempt;
        });
    if (job == jobs_.end()) continue;  // cancelled, and forgotten
    ActiveJob::Text& text = (*job)->texts.at(static_cast<size_t>(end.place));
    if (end.end == TextEnd::kFailed || end.end == TextEnd::kCancelled) {
      text.step = ActiveJob::Step::kMissing;
      // Later ends of this job are only those that its failure cancelled.
      if ((*job)->fault.empty()) {
        (*job)->fault =
            end.fault.empty() ? "the generator ended early" : end.fault;
      }
    } else if (IsBlank(end.text) && ++text.tries < kTriesPerText) {
      // The model ended at once: nobody wants an empty page.
      text.step = ActiveJob::Step::kMissing;
    } else {
      text.step = ActiveJob::Step::kFinished;
      text.text = std::move(end.text);
    }
  }
}

// False if the lease is lost.
bool Worker::SaveText(const ActiveJob& job, size_t place) {
  const ActiveJob::Text& text = job.texts[place];
  return queue_.SaveText(job.leased.lease, static_cast<int>(place), text.text,
                         {.generator = generator_.identity(),
                          .sampling = SamplingOf(job.leased),
                          .seed = text.seed});
}

// Whatever the store refuses because the lease is lost ends the job here: it is
// another worker's now.
bool Worker::Advance(ActiveJob& job) {
  const Lease& lease = job.leased.lease;
  const auto lost = [&] {
    base::LogWarning("job {} of review {} went to another worker", lease.job,
                     job.leased.review_id);
    CancelTexts(job);
    return false;
  };
  for (size_t place = 0; place < job.texts.size(); ++place) {
    ActiveJob::Text& text = job.texts[place];
    if (text.step != ActiveJob::Step::kFinished) continue;
    if (!SaveText(job, place)) return lost();
    text.step = ActiveJob::Step::kSaved;
    if (options_.live) options_.live->NoteChange();
  }

  const base::UnixTime now = clock_.Now();
  if (job.fault.empty() && now - job.leased_at > kMaxJobTime) {
    job.fault = "the job took longer than half an hour";
  }
  if (!job.fault.empty()) {
    CancelTexts(job);
    if (!queue_.Fail(lease, job.fault, now + RetryDelay(lease.attempt), now)) {
      return lost();
    }
    base::LogError("job {} of review {} failed at attempt {}: {}", lease.job,
                   job.leased.review_id, lease.attempt, job.fault);
    return false;
  }

  const bool all_saved = std::all_of(
      job.texts.begin(), job.texts.end(),
      [](const auto& text) { return text.step == ActiveJob::Step::kSaved; });
  if (all_saved) {
    if (!queue_.Finish(lease, now)) return lost();
    if (options_.on_finished) options_.on_finished();
    return false;
  }

  if (now - job.renewed_at >= kRenewEvery) {
    if (!queue_.Renew(lease, now)) return lost();
    job.renewed_at = now;
  }
  StartTexts(job);
  return true;
}

void Worker::LeaseJobs() {
  const auto has_room = [&] {
    for (const auto& job : jobs_) {
      if (job->Any(ActiveJob::Step::kMissing)) return false;
    }
    const int slots = generator_.free_slots();
    return slots >= kTextsPerReview || (jobs_.empty() && slots > 0);
  };
  while (has_room()) {
    const base::UnixTime now = clock_.Now();
    std::optional<LeasedJob> leased = queue_.LeaseNext(options_.name, now);
    if (!leased) return;
    auto job = std::make_unique<ActiveJob>();
    job->leased = std::move(*leased);
    job->leased_at = job->renewed_at = now;
    job->texts.resize(job->leased.texts.size());
    for (size_t place = 0; place < job->texts.size(); ++place) {
      if (job->leased.texts[place]) {
        job->texts[place].step = ActiveJob::Step::kSaved;
      }
    }
    if (options_.live) {
      options_.live->Begin(job->leased.review_id, job->leased.lease.attempt);
      options_.live->NoteChange();
    }
    jobs_.push_back(std::move(job));
    // The one before may have died between its last text and the end.
    if (!Advance(*jobs_.back())) {
      Forget(*jobs_.back());
      jobs_.pop_back();
    }
  }
}

void Worker::StartTexts(ActiveJob& job) {
  GenerationRequest request;
  std::vector<Sink::Place> places;
  const int slots = generator_.free_slots();
  for (size_t place = 0; place < job.texts.size(); ++place) {
    if (job.texts[place].step != ActiveJob::Step::kMissing ||
        static_cast<int>(places.size()) >= slots) {
      continue;
    }
    places.push_back({static_cast<int>(place), job.texts[place].tries});
    job.texts[place].seed = TextSeed(job.leased.seed, static_cast<int>(place),
                                     job.texts[place].tries);
    request.seeds.push_back(job.texts[place].seed);
  }
  if (places.empty()) return;
  request.prompt = job.leased.prompt;
  request.sampling = SamplingOf(job.leased);
  const auto ticket = generator_.Start(
      request,
      std::make_shared<Sink>(inbox_, job.leased, places, options_.live));
  if (!ticket) return;  // someone else took the slots: at the next round
  job.tickets.push_back(*ticket);
  for (const Sink::Place& place : places) {
    job.texts[static_cast<size_t>(place.place)].step =
        ActiveJob::Step::kRunning;
  }
}

void Worker::CancelTexts(ActiveJob& job) {
  for (TextGenerator::Ticket ticket : job.tickets) generator_.Cancel(ticket);
  job.tickets.clear();
}

void Worker::Forget(const ActiveJob& job) {
  if (options_.live == nullptr) return;
  options_.live->End(job.leased.review_id, job.leased.lease.attempt);
  options_.live->NoteChange();
}

void Worker::GiveEverythingBack() {
  CollectEndedTexts();
  for (const auto& job : jobs_) {
    CancelTexts(*job);
    const Lease& lease = job->leased.lease;
    try {
      for (size_t place = 0; place < job->texts.size(); ++place) {
        if (job->texts[place].step == ActiveJob::Step::kFinished) {
          SaveText(*job, place);
        }
      }
      queue_.GiveBack(lease);
    } catch (const base::Error& error) {
      base::LogError(
          "job {} of review {} could not be given back and goes on when its "
          "lease runs out: {}",
          lease.job, job->leased.review_id, error.what());
    }
    Forget(*job);
  }
  jobs_.clear();
}

}  // namespace artspeak::service
