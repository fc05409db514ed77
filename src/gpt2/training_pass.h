// One training step's forward and backward pass over a batch of windows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/thread_pool.h"
#include "gpt2/config.h"
#include "gpt2/dropout.h"
#include "gpt2/gradient_sink.h"
#include "gpt2/memory.h"
#include "gpt2/parameters.h"
#include "gpt2/precision.h"

namespace artspeak::gpt2 {

// Activations for batches of B windows of T tokens, fp32 or, where only
// products read them, in their precision. The results are the same bits
// whatever the number of threads and the memory. Not thread-safe; `pool` must
// outlive it.
class TrainingPass {
 public:
  // Throws Error if T > config.context or this processor lacks the precision,
  // std::bad_alloc if memory does not hold the buffers.
  TrainingPass(const Config& config, int B, int T, base::ThreadPool& pool,
               Precision precision = Precision::kFp32,
               Memory memory = Memory::kRoomy);
  ~TrainingPass();

  // inputs, targets: (B, T) token ids; a target of -1 is ignored. Returns the
  // mean cross-entropy in nats over the targets that count (0 if none does).
  // Throws Error when an id is not of the vocabulary. With no targets at all
  // (an empty span) it only computes logits(), and returns 0.
  float Forward(const Parameters& parameters, std::span<const int32_t> inputs,
                std::span<const int32_t> targets, Dropout dropout = {});

  // Gives scale × d(loss of the last Forward)/d(parameter) to `sink`, every
  // group even if no target counted. `parameters` must be as they were in
  // Forward but for what the sink changes of groups that are done. Call at most
  // once after a Forward that had targets.
  void Backward(const Parameters& parameters, float scale, GradientSink& sink);
  // The same, added to `gradients`.
  void Backward(const Parameters& parameters, float scale,
                Parameters& gradients);

  // (B, T, V), after a Forward without targets, and until the next Forward.
  std::span<const float> logits() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace artspeak::gpt2
