// One training step's forward and backward pass over a batch of windows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/thread_pool.h"
#include "gpt2/config.h"
#include "gpt2/parameters.h"
#include "gpt2/precision.h"

namespace artspeak::gpt2 {

// Dropout as in GPT-2: after the embeddings, on the attention's weights, and
// on what each block adds to the residual stream. Masks are functions of
// (seed, step) alone, drawn again in the backward pass.
struct Dropout {
  float rate = 0;  // the share of numbers set to zero, [0, 1); 0 is off
  uint64_t seed = 0;
  uint64_t step = 0;  // a number of its own for every forward pass
};

// Activations for batches of B windows of T tokens, fp32 or, where only
// products read them, in their precision. The results are the same bits
// whatever the number of threads. Not thread-safe; `pool` must outlive it.
class TrainingPass {
 public:
  // Throws Error if T > config.context or this processor lacks the precision,
  // std::bad_alloc if memory does not hold the buffers.
  TrainingPass(const Config& config, int B, int T, base::ThreadPool& pool,
               Precision precision = Precision::kFp32);
  ~TrainingPass();

  // inputs, targets: (B, T) token ids; a target of -1 is ignored. Returns the
  // mean cross-entropy in nats over the targets that count (0 if none does).
  // Throws Error when an id is not of the vocabulary. With no targets at all
  // (an empty span) it only computes logits(), and returns 0.
  float Forward(const Parameters& parameters, std::span<const int32_t> inputs,
                std::span<const int32_t> targets, Dropout dropout = {});

  // Adds scale × d(loss of the last Forward)/d(parameter) to `gradients`.
  // `parameters` must be as they were in Forward. Call once after a Forward
  // that had targets.
  void Backward(const Parameters& parameters, float scale,
                Parameters& gradients);

  // (B, T, V), after a Forward without targets (with targets their memory
  // holds the gradients instead).
  std::span<const float> logits() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace artspeak::gpt2
