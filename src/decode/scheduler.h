// The running batch: texts of different requests join and leave at every step.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/thread_pool.h"
#include "decode/batch_sampler.h"
#include "decode/loaded_model.h"
#include "decode/sequence.h"
#include "decode/text_options.h"
#include "gpt2/inference.h"

namespace artspeak::decode {

struct TextEnd {
  Finish finish = Finish::kStop;
  int tokens = 0;     // drawn, those of the stop text included
  std::string fault;  // one sentence when finish is kFailed
};

// Hears of the texts of one request, from within Scheduler's functions, which
// it must not call. If it throws, the request fails.
class TextSink {
 public:
  virtual ~TextSink() = default;
  // The next piece of text `index`: whole UTF-8 characters. Joined, the pieces
  // are the text.
  virtual void OnPiece(int index, std::string_view piece) = 0;
  // Each token of text `index`, before the piece that it completes; where the
  // options ask for logprobs. The tokens of the text are those that stand
  // before its end: the others spell the stop text.
  virtual void OnToken(int /*index*/, const DrawnToken& /*token*/) {}
  // Exactly once for each text, after its last piece. Must not throw.
  virtual void OnEnd(int index, const TextEnd& end) = 0;
};

// Several texts from one prompt, which is read once for all of them.
struct TextRequest {
  std::vector<text::TokenId> prompt;
  // Where each text draws its numbers from; one text each.
  std::vector<base::RandomStream> streams;
  TextOptions options;
  // Stands still while any other is being written, but for its turns.
  bool background = false;
};

// Texts are admitted in the order of their requests, as many at a time as
// max_sequences and max_background allow. A step gives every text that is being
// written one more token, but one whose window slid and is read again like a
// prompt; of the prompts it reads prompt_slice tokens in all, short ones first,
// so that long ones stall nobody. A text that ends leaves its place and its
// memory at the end of the step. A text depends on its request and its stream
// alone, not on what shares the batch or when it joined. While others come
// without end, those in the background have turns: when `patience` of the
// others have ended, they go on beside what is written then, until the next one
// ends. Not thread-safe.
class Scheduler {
 public:
  using Id = uint64_t;

  struct Options {
    int max_sequences = 16;   // texts in the batch at once
    int max_background = 16;  // and these beside them
    int patience = 8;         // requests between two turns of the background
    int prompt_slice = 32;    // tokens of prompts read in one step
    // Of keys and values; none: what suits the model's weights.
    std::optional<gpt2::KvFormat> kv = {};
  };

  // `pool` must outlive it.
  Scheduler(LoadedModel model, base::ThreadPool& pool, Options options);
  ~Scheduler();  // tells nobody

  // Throws Error if the options make no sense. `sink` is kept until its last
  // OnEnd.
  Id Add(TextRequest request, std::shared_ptr<TextSink> sink);

  // Ends the request's unfinished texts with kCancelled, now. Does nothing if
  // there is no such request any more.
  void Cancel(Id id);
  void CancelAll();

  bool idle() const { return requests_.empty(); }

  // Lets every text go on. Faults end the texts they touch with kFailed.
  void Step();

  int64_t tokens_drawn() const { return tokens_drawn_; }  // so far, in all
  // Where the time of the steps so far went: reading, and drawing in seconds.
  const gpt2::StepTimes& step_times() const { return inference_.times(); }
  double sampling_seconds() const { return sampling_seconds_; }

 private:
  struct Request;
  struct Running;

  bool MayRun(const Request& request) const;
  bool HasPlace(const Request& request) const;
  void Admit();
  void Admit(Request& request);
  void PlanSlices();
  void PlanSlice(Running& running, size_t tokens);
  void Advance();
  void SharePrompt(Running& reader, std::span<const float> logits);
  void PlanDraw(Running& running, std::span<const float> logits);
  void DrawPlanned();
  void Accept(Running& running, const Draw& draw);
  void End(Request& request, Finish finish, const std::string& fault);
  void RemoveEnded();
  void CountTurns(int ended);

  LoadedModel model_;
  base::ThreadPool& pool_;
  Options options_;
  gpt2::Inference inference_;
  BatchSampler sampler_;
  Id next_id_ = 1;
  int ended_since_turn_ = 0;  // requests not in the background, while some wait
  int64_t tokens_drawn_ = 0;
  double sampling_seconds_ = 0;
  std::deque<std::unique_ptr<Request>> requests_;  // in the order they came
  std::vector<std::unique_ptr<Running>> running_;  // in the order admitted
  std::vector<gpt2::Slice> slices_;                // of the step at work
  std::vector<Running*> slice_owners_;
  std::vector<Running*> readers_;  // of prompts, in this step
  std::vector<Draw> draws_;        // planned
  std::vector<Running*> draw_owners_;
};

}  // namespace artspeak::decode
