#include "decode/scheduler.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "base/clock.h"
#include "base/error.h"

namespace artspeak::decode {
namespace {

std::string Sentence(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return "memory is used up: write fewer or shorter texts at once";
  }
  return error.what();
}

}  // namespace

struct Scheduler::Request {
  Id id;
  std::vector<text::TokenId> window;  // what the prompt became
  TextOptions options;
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
      options_(options),
      inference_(model_.model, pool) {}

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
  slices_.clear();
  slice_owners_.clear();
  bool reads_prompt = false;
  for (const auto& running : running_) {
    if (running->ended || running->waits_for_prompt) continue;
    auto tokens = running->sequence.unread();
    if (tokens.size() > 1) {
      if (std::exchange(reads_prompt, true)) continue;
      tokens =
          tokens.first(std::min<size_t>(tokens.size(), options_.prompt_slice));
    }
    slices_.push_back({&running->sequence.cache(), tokens});
    slice_owners_.push_back(running.get());
  }
  if (!slices_.empty()) Advance();
  RemoveEnded();
}

// Reads the slices and draws where a window was read to its end.
void Scheduler::Advance() {
  std::span<const float> logits;
  try {
    logits = inference_.Step(slices_);
  } catch (const std::exception& error) {
    for (Running* owner : slice_owners_) {
      End(owner->request, Finish::kFailed, Sentence(error));
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
      End(owner.request, Finish::kFailed, Sentence(error));
    }
    DrawNext(owner, next);
  }
}

void Scheduler::Admit() {
  for (const auto& request : requests_) {
    while (!request->all_admitted()) {
      if (running_.size() >= static_cast<size_t>(options_.max_sequences)) {
        return;
      }
      try {
        Admit(*request);
      } catch (const std::exception& error) {
        End(*request, Finish::kFailed, Sentence(error));
      }
    }
  }
}

void Scheduler::Admit(Request& request) {
  const int index = static_cast<int>(request.admitted);
  running_.push_back(std::make_unique<Running>(Running{
      .request = request,
      .index = index,
      .sequence =
          Sequence(request.window, request.options, request.streams[index],
                   *model_.tokenizer, model_.model->config()),
      .waits_for_prompt = !request.prompt_read && index > 0,
  }));
  ++request.admitted;
  if (!request.prompt_read) return;
  Running& running = *running_.back();
  running.sequence.cache().CopyFrom(*request.prompt_cache);
  DrawNext(running, request.prompt_logits);
  if (request.all_admitted()) request.prompt_cache.reset();
}

// `reader` has read the prompt: the request's other texts take it over.
void Scheduler::SharePrompt(Running& reader, std::span<const float> logits) {
  Request& request = reader.request;
  request.prompt_read = true;
  if (!request.all_admitted()) {
    request.prompt_cache = std::make_unique<gpt2::KvCache>(
        model_.model->config(), reader.sequence.cache().length());
    request.prompt_cache->CopyFrom(reader.sequence.cache());
    request.prompt_logits.assign(logits.begin(), logits.end());
  }
  for (const auto& running : running_) {
    if (&running->request != &request || !running->waits_for_prompt) continue;
    running->sequence.cache().CopyFrom(reader.sequence.cache());
    running->waits_for_prompt = false;
    DrawNext(*running, logits);
  }
}

void Scheduler::DrawNext(Running& running, std::span<const float> logits) {
  if (running.ended) return;
  Request& request = running.request;
  Sequence& sequence = running.sequence;
  try {
    const base::Stopwatch watch;
    const text::TokenId token = sequence.Draw(logits, sampler_);
    sampling_seconds_ += watch.seconds();
    ++tokens_drawn_;
    const std::string piece = sequence.Accept(token);
    if (!piece.empty()) request.sink->OnPiece(running.index, piece);
  } catch (const std::exception& error) {
    End(request, Finish::kFailed, Sentence(error));
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
  std::erase_if(requests_, [this](const auto& request) {
    return request->all_admitted() &&
           std::none_of(running_.begin(), running_.end(), [&](const auto& r) {
             return &r->request == request.get();
           });
  });
}

}  // namespace artspeak::decode
