// From a step's backward passes to the changed parameters.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "gpt2/gradient_sink.h"
#include "gpt2/parameters.h"
#include "train/moments.h"
#include "train/options.h"

namespace artspeak::train {

// What one step changes, and by how much.
struct UpdateTarget {
  gpt2::Parameters& parameters;
  Moments& moments;
  double learning_rate;
};

// Takes the gradients of a step's passes, one after the other. The same bits
// for any number of threads. Not thread-safe.
class Update {
 public:
  virtual ~Update() = default;

  // The sink for backward pass `pass`, from 0, of a step. That of the last of
  // them may change parameters already: whatever could call the step off must
  // have been asked before.
  virtual gpt2::GradientSink& SinkFor(int pass, const UpdateTarget& target) = 0;
  // After the last pass: the step is done.
  virtual void Finish(const UpdateTarget& target) = 0;

  // Gives moments that were kept in another way this one's form.
  virtual void Convert(Moments& moments) = 0;
};

// By options.lora, of changes of low rank; else by options.memory: with all
// gradients in a buffer, or group by group. adapters: LoRA's, of the run so
// far; empty, they are begun with it. rounding_seed: of moments in 8 bits.
// Adapters and pool must outlive it.
std::unique_ptr<Update> MakeUpdate(const gpt2::Config& config,
                                   const TrainOptions& options,
                                   std::vector<float>& adapters,
                                   uint64_t rounding_seed,
                                   base::ThreadPool& pool);

}  // namespace artspeak::train
