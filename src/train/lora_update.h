// A step of training with LoRA: the adapters' gradients, their update, and the
// move of the model that holds them.
#pragma once

#include <vector>

#include "base/thread_pool.h"
#include "gpt2/config.h"
#include "train/lora.h"
#include "train/optimizer.h"
#include "train/options.h"
#include "train/update.h"

namespace artspeak::train {

// Moments are of the adapters, always in fp32. Clipping is of the adapters'
// gradient, and all of them decay. `adapters` and `pool` must outlive it.
class LoraUpdate : public Update {
 public:
  // adapters: of the run so far; empty ones are begun. Throws Error if they are
  // not of this model and rank.
  LoraUpdate(const gpt2::Config& config, const TrainOptions& options,
             std::vector<float>& adapters, base::ThreadPool& pool);

  gpt2::GradientSink& SinkFor(int, const UpdateTarget&) override {
    return sink_;
  }
  void Finish(const UpdateTarget& target) override;
  void Convert(Moments& moments) override { optimizer_.Convert(moments); }

 private:
  Lora lora_;
  std::vector<float>& adapters_;
  std::vector<float> before_;  // the adapters as they were
  std::vector<float> gradients_;
  LoraGradients sink_;
  Optimizer optimizer_;
};

}  // namespace artspeak::train
