// One step down the gradient: AdamW, Adam, or plain SGD over a flat buffer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"

namespace artspeak::train {

enum class OptimizerKind {
  // Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019,
  // algorithm 2: the decay shrinks the weight itself.
  kAdamW,
  // Kingma & Ba, "Adam", ICLR 2015, algorithm 1; weight decay is added to the
  // gradient.
  kAdam,
  // weight -= learning rate x (gradient + decay x weight). No moments.
  kSgd,
};

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // only of stretches with `decays`
  double clip_norm = 0;     // limit of the whole gradient's length; 0: none
};

// What Adam and AdamW remember of the gradients. Empty until the first step,
// and always with SGD; then as long as the parameters.
struct Moments {
  std::vector<float> first;
  std::vector<float> second;
  int64_t updates = 0;  // steps that went into them, for the bias correction
};

// A part of the flat buffer that is trained.
struct Stretch {
  int64_t offset = 0;
  int64_t size = 0;
  bool decays = false;
};

// Updates the stretches it was made for; the rest of the buffer stands still.
// The same bits for any number of threads. Keeps no state but scratch memory:
// the caller owns the moments. Not thread-safe.
class Optimizer {
 public:
  Optimizer(const OptimizerOptions& options, std::span<const Stretch> stretches,
            base::ThreadPool& pool);

  // One step. parameters, gradients: (N). Sets all gradients of the stretches
  // to zero in the same pass, ready for the next sum.
  void Step(std::span<float> parameters, std::span<float> gradients,
            Moments& moments, double learning_rate);

 private:
  // At most kPieceFloats of one stretch: the unit of work of a thread.
  struct Piece {
    int64_t begin;
    int64_t end;
    bool decays;
  };

  double GradientNorm(std::span<const float> gradients);

  OptimizerOptions options_;
  base::ThreadPool& pool_;
  std::vector<Piece> pieces_;
  std::vector<double> square_sums_;  // one for each piece
};

}  // namespace artspeak::train
