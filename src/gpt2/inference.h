// From tokens to logits, step by step, for several sequences at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/thread_pool.h"
#include "gpt2/kv_cache.h"
#include "gpt2/model.h"
#include "gpt2/step_times.h"

namespace artspeak::gpt2 {

// Tokens to append to one sequence: one while generating, many while reading
// the prompt. Never empty.
struct Slice {
  KvCache* cache = nullptr;
  std::span<const int32_t> tokens;
};

// Runs a model. A sequence's logits are the same bits whatever shares the
// step, however its tokens were cut into slices, and however many threads
// work. Not thread-safe; `pool` must outlive it.
class Inference {
 public:
  Inference(std::shared_ptr<const Model> model, base::ThreadPool& pool);
  ~Inference();

  const Model& model() const { return *model_; }

  // Appends every slice's tokens to its cache (each cache at most once).
  // Returns the logits of each slice's last token, (slices, V), valid until
  // the next call. Throws Error, changing nothing, when a token is not of the
  // vocabulary or a cache is too small.
  std::span<const float> Step(std::span<const Slice> slices);

  // The logits of every token of one text, (T, V), valid until the next call,
  // with keys and values in the format `kv` (none: the model's default). Throws
  // Error when it is empty, longer than the context, or holds a token that is
  // not of the vocabulary.
  std::span<const float> AllLogits(std::span<const int32_t> tokens,
                                   std::optional<KvFormat> kv = {});

  // Of all calls so far.
  const StepTimes& times() const { return times_; }

 private:
  struct Workspace;
  // Computes the final hidden states, (tokens, C), of all slices' tokens.
  void ComputeHidden(std::span<const Slice> slices);
  void Attend(std::span<const Slice> slices, int layer, float* out,
              float* scores, const float* qkv, int64_t longest);
  void AttendOne(KvFormat format, float* out, float* scores, const float* query,
                 const std::byte* keys, const std::byte* values,
                 int64_t length) const;
  // logits (rows, V) of final hidden states (rows, C).
  void ComputeLogits(float* logits, const float* hidden, int64_t rows);
  void CheckSlices(std::span<const Slice> slices) const;

  std::shared_ptr<const Model> model_;
  base::ThreadPool& pool_;
  std::unique_ptr<Workspace> workspace_;
  StepTimes times_;
};

}  // namespace artspeak::gpt2
