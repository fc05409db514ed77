// One step down the gradient: AdamW, Adam, or plain SGD over a flat buffer, at
// once or range by range as its gradients become known.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "nn/moment_codes.h"
#include "train/moments.h"

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

// A tensor in the flat buffer.
struct Stretch {
  int64_t offset = 0;
  int64_t size = 0;
  bool decays = false;
  bool trained = true;
};

// How moments are kept.
struct MomentOptions {
  MomentForm form = MomentForm::kFp32;
  uint64_t seed = 0;  // of the rounding to 8 bits
};

// Updates the stretches that are trained; the rest of the buffer stands still.
// The same bits for any number of threads, and however a step is cut into
// ranges. Keeps no state but scratch memory: the caller owns the moments. Not
// thread-safe.
class Optimizer {
 public:
  // stretches: all tensors, in the order in which they lie.
  Optimizer(const OptimizerOptions& options, std::span<const Stretch> stretches,
            base::ThreadPool& pool, MomentOptions moments = {});

  // One step. parameters, gradients: (N). Sets all gradients of the stretches
  // to zero in the same pass, ready for the next sum.
  void Step(std::span<float> parameters, std::span<float> gradients,
            Moments& moments, double learning_rate);

  // The same in parts: Begin, for N parameters, then Update for ranges that
  // together are all stretches. A range is of whole stretches, from `offset` on
  // as long as its gradients, which are multiplied by gradient_scale (see
  // ClipScale) and set to zero. parameters: (N).
  void Begin(size_t N, Moments& moments, double learning_rate);
  void Update(std::span<float> parameters, int64_t offset,
              std::span<float> gradients, Moments& moments,
              double gradient_scale = 1);

  // Whether anything of a range is trained.
  bool Trains(int64_t offset, int64_t size) const;
  bool clips() const { return options_.clip_norm > 0; }
  // The sum of the squares of a range's gradients that are trained.
  double SquareSum(int64_t offset, std::span<const float> gradients);
  // What clipping multiplies gradients by whose squares' sum is this.
  double ClipScale(double square_sum) const;

  // Gives moments of the other form this optimizer's; for a while both are in
  // memory.
  void Convert(Moments& moments);

 private:
  // At most kPieceFloats of one stretch: the unit of work of a thread.
  struct Piece {
    int64_t begin;
    int64_t end;
    int64_t block;  // its first among the 8-bit moments'
    bool decays;
    bool trained;
  };

  // Those of a range of whole stretches.
  std::span<const Piece> PiecesOf(int64_t offset, int64_t size) const;
  // Calls body(piece, its number) for each, on all threads.
  template <typename Body>
  void ForPieces(std::span<const Piece> pieces, const Body& body);
  void UpdatePiece(const Piece& piece, float* weights, float* gradients,
                   Moments& moments, double gradient_scale) const;
  // For the rounding of one block in one update.
  uint64_t RoundingKey(int64_t updates, int64_t block) const;
  void MakeMoments(size_t N, Moments& moments) const;  // all zero

  OptimizerOptions options_;
  MomentOptions moment_options_;
  base::ThreadPool& pool_;
  std::vector<Piece> pieces_;
  int64_t blocks_ = 0;               // of the 8-bit moments
  std::vector<double> square_sums_;  // one for each piece
  double learning_rate_ = 0;         // of the step begun, as what follows
  nn::AdamFactors plain_{}, decaying_{};
};

}  // namespace artspeak::train
