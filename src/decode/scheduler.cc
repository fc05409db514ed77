#include "decode/scheduler.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "decode/fault.h"

namespace artspeak::decode {

struct Scheduler::Request {
  Id id;
  std::vector<text::TokenId> window;  // what the prompt became
  TextOptions options;
  bool background;
  std::vector<base::RandomStream> streams;
  std::shared_ptr<TextSink> sink;
  size_t admitted = 0;  // texts that joined the batch, those ended included
  bool prompt_read = false;
  // The prompt as read, kept while texts wait for a place.
  std::unique_ptr<gpt2::KvCache> prompt_cache;
  std::vector<float> prompt_logits;

  bool all_admitted() const { return admitted == streams.size(); }
};

struct Scheduler::Running {
  Request& request;
  int index;
  Sequence sequence;
  bool waits_for_prompt;  // which the request's first text is reading
  bool ended = false;
};

Scheduler::Scheduler(LoadedModel model, base::ThreadPool& pool, Options options)
    : model_(std::move(model)),
      pool_(pool),
      options_(options),
      inference_(model_.model, pool),
      sampler_(pool) {}

Scheduler::~Scheduler() = default;

Scheduler::Id Scheduler::Add(TextRequest request,
                             std::shared_ptr<TextSink> sink) {
  request.options.Validate();
  if (request.streams.empty()) {
    throw base::Error("a request asks for no text: ask for at least one");
  }
  requests_.push_back(std::make_unique<Request>(Request{
      .id = next_id_,
      .window = FirstWindow(std::move(request.prompt), *model_.tokenizer,
                            model_.model->config()),
      .options = std::move(request.options),
      .background = request.background,
      .streams = std::move(request.streams),
      .sink = std::move(sink),
      .prompt_cache = nullptr,
      .prompt_logits = {},
  }));
  return next_id_++;
}

void Scheduler::Cancel(Id id) {
  for (const auto& request : requests_) {
    if (request->id == id) End(*request, Finish::kCancelled, "");
  }
  RemoveEnded();
}

void Scheduler::CancelAll() {
  for (const auto& request : requests_) End(*request, Finish::kCancelled, "");
  RemoveEnded();
}

void Scheduler::Step() {
  Admit();
  PlanSlices();
  if (!slices_.empty()) Advance();
  RemoveEnded();
}

// Every text that is being written reads its token. Of the prompts, those with
// the least left to read go first, so that a short one need not wait for a long
// one; but half of the slice is for the one that came first, or short ones
// could keep it waiting for ever.
void Scheduler::PlanSlices() {
  slices_.clear();
  slice_owners_.clear();
  readers_.clear();
  for (const auto& running : running_) {
    if (running->ended || running->waits_for_prompt ||
        !MayRun(running->request)) {
      continue;
    }
    if (running->sequence.unread().size() == 1) {
      PlanSlice(*running, 1);
    } else {
      readers_.push_back(running.get());
    }
  }
  if (readers_.empty()) return;
  const auto unread = [](const Running* reader) {
    return reader->sequence.unread().size();
  };
  const Running* const first = readers_.front();
  std::stable_sort(readers_.begin(), readers_.end(),
                   [&](auto a, auto b) { return unread(a) < unread(b); });
  const size_t slice = options_.prompt_slice;
  size_t left = slice;
  size_t kept = std::min(unread(first), (slice + 1) / 2);  // for `first`
  for (Running* reader : readers_) {
    if (reader == first) kept = 0;
    const size_t tokens = std::min(unread(reader), left - kept);
    if (tokens == 0) continue;
    PlanSlice(*reader, tokens);
    left -= tokens;
  }
}

void Scheduler::PlanSlice(Running& running, size_t tokens) {
  slices_.push_back(
      {&running.sequence.cache(), running.sequence.unread().first(tokens)});
  slice_owners_.push_back(&running);
}

// Reads the slices and draws where a window was read to its end.
void Scheduler::Advance() {
  std::span<const float> logits;
  try {
    logits = inference_.Step(slices_);
  } catch (const std::exception& error) {
    for (Running* owner : slice_owners_) {
      End(owner->request, Finish::kFailed, FaultSentence(error));
    }
    return;
  }
  const size_t row = logits.size() / slices_.size();
  for (size_t i = 0; i < slices_.size(); ++i) {
    Running& owner = *slice_owners_[i];
    if (owner.ended || !owner.sequence.unread().empty()) continue;
    const auto next = logits.subspan(i * row, row);
    try {
      if (!owner.request.prompt_read) SharePrompt(owner, next);
    } catch (const std::exception& error) {
      End(owner.request, Finish::kFailed, FaultSentence(error));
    }
    PlanDraw(owner, next);
  }
  DrawPlanned();
}

bool Scheduler::MayRun(const Request& request) const {
  return !request.background || ended_since_turn_ >= options_.patience ||
         std::all_of(requests_.begin(), requests_.end(),
                     [](const auto& other) { return other->background; });
}

bool Scheduler::HasPlace(const Request& request) const {
  if (!MayRun(request)) return false;
  const auto alike =
      std::count_if(running_.begin(), running_.end(), [&](const auto& other) {
        return other->request.background == request.background;
      });
  return alike < (request.background ? options_.max_background
                                     : options_.max_sequences);
}

void Scheduler::Admit() {
  for (const auto& request : requests_) {
    while (!request->all_admitted() && HasPlace(*request)) {
      try {
        Admit(*request);
      } catch (const std::exception& error) {
        End(*request, Finish::kFailed, FaultSentence(error));
      }
    }
  }
  DrawPlanned();
  for (const auto& request : requests_) {
    if (request->all_admitted()) request->prompt_cache.reset();
  }
}

void Scheduler::Admit(Request& request) {
  const int index = static_cast<int>(request.admitted);
  running_.push_back(std::make_unique<Running>(Running{
      .request = request,
      .index = index,
      .sequence =
          Sequence(request.window, request.options, request.streams[index],
                   *model_.tokenizer, model_.model->config(), options_.kv),
      .waits_for_prompt = !request.prompt_read && index > 0,
  }));
  ++request.admitted;
  if (!request.prompt_read) return;
  Running& running = *running_.back();
  running.sequence.cache().CopyFrom(*request.prompt_cache);
  PlanDraw(running, request.prompt_logits);
}

// `reader` has read the prompt: the request's other texts take it over.
void Scheduler::SharePrompt(Running& reader, std::span<const float> logits) {
  Request& request = reader.request;
  request.prompt_read = true;
  if (!request.all_admitted()) {
    request.prompt_cache = std::make_unique<gpt2::KvCache>(
        model_.model->config(), reader.sequence.cache().length(),
        reader.sequence.cache().format());
    request.prompt_cache->CopyFrom(reader.sequence.cache());
    request.prompt_logits.assign(logits.begin(), logits.end());
  }
  std::vector<gpt2::KvCache*> caches;
  for (const auto& running : running_) {
    if (&running->request != &request || !running->waits_for_prompt) continue;
    running->waits_for_prompt = false;
    caches.push_back(&running->sequence.cache());
    PlanDraw(*running, logits);
  }
  pool_.For(static_cast<int64_t>(caches.size()), 1, [&](int64_t i, int64_t) {
    caches[static_cast<size_t>(i)]->CopyFrom(reader.sequence.cache());
  });
}

void Scheduler::PlanDraw(Running& running, std::span<const float> logits) {
  if (running.ended) return;
  draws_.push_back({&running.sequence, logits});
  draw_owners_.push_back(&running);
}

// Tells the sinks in the order planned.
void Scheduler::DrawPlanned() {
  const base::Stopwatch watch;
  sampler_.Run(draws_);
  sampling_seconds_ += watch.seconds();
  for (size_t i = 0; i < draws_.size(); ++i)
    Accept(*draw_owners_[i], draws_[i]);
  draws_.clear();
  draw_owners_.clear();
}

void Scheduler::Accept(Running& running, const Draw& draw) {
  if (running.ended) return;  // with its request, a moment ago
  Request& request = running.request;
  Sequence& sequence = running.sequence;
  if (!draw.fault.empty()) {
    End(request, Finish::kFailed, draw.fault);
    return;
  }
  ++tokens_drawn_;
  try {
    if (draw.chances) {
      request.sink->OnToken(running.index,
                            {*draw.chances, sequence.decoded_bytes()});
    }
    const std::string piece = sequence.Accept(draw.token);
    if (!piece.empty()) request.sink->OnPiece(running.index, piece);
  } catch (const std::exception& error) {
    End(request, Finish::kFailed, FaultSentence(error));
    return;
  }
  if (!sequence.finished()) return;
  running.ended = true;
  request.sink->OnEnd(running.index,
                      {sequence.finish(), sequence.tokens(), ""});
}

// Ends all texts of the request that have not ended yet.
void Scheduler::End(Request& request, Finish finish, const std::string& fault) {
  for (const auto& running : running_) {
    if (&running->request != &request || running->ended) continue;
    running->ended = true;
    request.sink->OnEnd(running->index,
                        {finish, running->sequence.tokens(), fault});
  }
  while (!request.all_admitted()) {
    request.sink->OnEnd(static_cast<int>(request.admitted++),
                        {finish, 0, fault});
  }
}

void Scheduler::RemoveEnded() {
  std::erase_if(running_, [](const auto& running) { return running->ended; });
  int others = 0;
  std::erase_if(requests_, [&](const auto& request) {
    const bool ended =
        request->all_admitted() &&
        std::none_of(running_.begin(), running_.end(), [&](const auto& r) {
          return &r->request == request.get();
        });
    if (ended && !request->background) ++others;
    return ended;
  });
  CountTurns(others);
}

// `ended`: requests just now, not in the background. A moment without any does
// not count as a turn: it may be too short for a single token.
void Scheduler::CountTurns(int ended) {
  const bool any_wait =
      std::any_of(requests_.begin(), requests_.end(),
                  [](const auto& request) { return request->background; });
  const bool turn = ended_since_turn_ >= options_.patience;
  if (!any_wait || (turn && ended > 0)) {
    ended_since_turn_ = 0;
  } else {
    ended_since_turn_ += ended;
  }
}

}  // namespace artspeak::decode
