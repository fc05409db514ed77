// Gradients that live no longer than they must.
#pragma once

#include <vector>

#include "base/thread_pool.h"
#include "gpt2/gradient_sink.h"
#include "nn/bfloat16.h"
#include "nn/buffer.h"
#include "nn/kernels.h"
#include "train/optimizer.h"
#include "train/update.h"

namespace artspeak::train {

// Has memory for the gradients of the embeddings and of one other group, and
// applies each as soon as it is complete. Where a step has several passes, or
// clipping must know all gradients before any is applied, they wait in
// bfloat16, two bytes a parameter. A target must stay until its step is done.
class LowMemoryUpdate : public Update, private gpt2::GradientSink {
 public:
  // passes: in one step.
  LowMemoryUpdate(const gpt2::Config& config, Optimizer optimizer,
                  base::ThreadPool& pool, int passes);

  gpt2::GradientSink& SinkFor(int pass, const UpdateTarget& target) override;
  void Finish(const UpdateTarget& target) override;
  void Convert(Moments& moments) override;

 private:
  // fp32 gradients of one group at a time.
  struct Workplace {
    nn::Buffer memory;
    int64_t used = 0;  // the first so many may not be zero
  };

  float* Begin(const gpt2::GradientGroup& group) override;
  void Done(const gpt2::GradientGroup& group) override;

  Workplace& PlaceOf(const gpt2::GradientGroup& group);
  void Load(const gpt2::GradientGroup& group);   // from what waits
  void Store(const gpt2::GradientGroup& group);  // to it
  void Apply(const gpt2::GradientGroup& group, const UpdateTarget& target,
             double gradient_scale);

  const gpt2::GradientGroups groups_;
  Optimizer optimizer_;
  base::ThreadPool& pool_;
  const nn::Kernels& kernels_ = nn::BestKernels();
  const int passes_;
  Workplace embeddings_, others_;
  std::vector<nn::Bfloat16> waiting_;  // (N), or empty if none has to
  // Of the step at hand.
  int pass_ = 0;
  const UpdateTarget* target_ = nullptr;
  double square_sum_ = 0;  // of the gradients that are complete
};

}  // namespace artspeak::train
