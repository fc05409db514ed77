// A step of training with LoRA: the adapters' gradients, their update, and the
// move of the model that holds them.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "gpt2/config.h"
#include "gpt2/gradient_sink.h"
#include "train/lora.h"
#include "train/moments.h"
#include "train/optimizer.h"
#include "train/options.h"

namespace artspeak::train {

// Not thread-safe; `adapters` and `pool` must outlive it.
class LoraStep {
 public:
  // adapters: of the run so far; empty ones are begun. Throws Error if they are
  // not of this model and rank.
  LoraStep(const gpt2::Config& config, const TrainOptions& options,
           std::vector<float>& adapters, base::ThreadPool& pool);

  // Where the step's backward passes add their gradients.
  gpt2::GradientSink& sink() { return sink_; }

  // Updates the adapters and the model's parameters; the next step's gradients
  // begin at zero. Clipping is of the adapters' gradient, decay of all of them.
  void Apply(std::span<float> parameters, Moments& moments,
             double learning_rate);

 private:
  Lora lora_;
  std::vector<float>& adapters_;
  std::vector<float> before_;  // the adapters as they were
  std::vector<float> gradients_;
  LoraGradients sink_;
  Optimizer optimizer_;
};

}  // namespace artspeak::train
