#include "train/optimizer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace artspeak::train {

namespace {

constexpr int64_t kPieceFloats = 1 << 15;

struct AdamScalars {
  float beta1, beta2;
  float rest1, rest2;    // 1 - beta
  float gradient_scale;  // of clipping
  float shrink;          // AdamW's decay: 1 - learning rate x decay
  float pull;            // Adam's decay: added to the gradient x weight
  float step_size;       // learning rate / (1 - beta1^t)
  float correction2;     // 1 / sqrt(1 - beta2^t)
  float epsilon;
};

void AdamPiece(const AdamScalars& s, int64_t count, float* __restrict weights,
               float* __restrict gradients, float* __restrict first,
               float* __restrict second) {
  for (int64_t i = 0; i < count; ++i) {
    const float gradient =
        gradients[i] * s.gradient_scale + s.pull * weights[i];
    const float m = s.beta1 * first[i] + s.rest1 * gradient;
    const float v = s.beta2 * second[i] + s.rest2 * gradient * gradient;
    first[i] = m;
    second[i] = v;
    const float root = std::sqrt(v) * s.correction2 + s.epsilon;
    weights[i] = weights[i] * s.shrink - s.step_size * (m / root);
    gradients[i] = 0;
  }
}

void SgdPiece(float learning_rate, float gradient_scale, float pull,
              int64_t count, float* __restrict weights,
              float* __restrict gradients) {
  for (int64_t i = 0; i < count; ++i) {
    weights[i] -=
        learning_rate * (gradients[i] * gradient_scale + pull * weights[i]);
    gradients[i] = 0;
  }
}

// Eight partial sums, so that the order of additions is fixed and the
// compiler may still use vectors.
double SquareSum(std::span<const float> values) {
  std::array<double, 8> sums{};
  size_t i = 0;
  for (; i + 8 <= values.size(); i += 8) {
    for (size_t lane = 0; lane < 8; ++lane) {
      const double value = values[i + lane];
      sums[lane] += value * value;
    }
  }
  double total = 0;
  for (; i < values.size(); ++i) {
    total += static_cast<double>(values[i]) * values[i];
  }
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

Optimizer::Optimizer(const OptimizerOptions& options,
                     std::span<const Stretch> stretches, base::ThreadPool& pool)
    : options_(options), pool_(pool) {
  for (const Stretch& stretch : stretches) {
    const int64_t end = stretch.offset + stretch.size;
    for (int64_t begin = stretch.offset; begin < end; begin += kPieceFloats) {
      pieces_.push_back(
          {begin, std::min(begin + kPieceFloats, end), stretch.decays});
    }
  }
  square_sums_.resize(pieces_.size());
}

double Optimizer::GradientNorm(std::span<const float> gradients) {
  pool_.For(static_cast<int64_t>(pieces_.size()), 1,
            [&](int64_t begin, int64_t end) {
              for (int64_t i = begin; i < end; ++i) {
                square_sums_[i] = SquareSum(gradients.subspan(
                    pieces_[i].begin, pieces_[i].end - pieces_[i].begin));
              }
            });
  double total = 0;
  for (const double sum : square_sums_) total += sum;
  return std::sqrt(total);
}

void Optimizer::Step(std::span<float> parameters, std::span<float> gradients,
                     Moments& moments, double learning_rate) {
  assert(parameters.size() == gradients.size());
  double scale = 1;
  if (options_.clip_norm > 0) {
    const double norm = GradientNorm(gradients);
    if (norm > options_.clip_norm) scale = options_.clip_norm / norm;
  }

  if (options_.kind == OptimizerKind::kSgd) {
    moments = {};
    pool_.For(static_cast<int64_t>(pieces_.size()), 1,
              [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                  const Piece& piece = pieces_[i];
                  SgdPiece(static_cast<float>(learning_rate),
                           static_cast<float>(scale),
                           piece.decays ? options_.weight_decay : 0.0,
                           piece.end - piece.begin, &parameters[piece.begin],
                           &gradients[piece.begin]);
                }
              });
    return;
  }

  if (moments.first.size() != parameters.size()) {
    moments.first.assign(parameters.size(), 0);
    moments.second.assign(parameters.size(), 0);
    moments.updates = 0;
  }
  ++moments.updates;
  const double t = static_cast<double>(moments.updates);
  AdamScalars plain{};
  plain.beta1 = static_cast<float>(options_.beta1);
  plain.beta2 = static_cast<float>(options_.beta2);
  plain.rest1 = static_cast<float>(1 - options_.beta1);
  plain.rest2 = static_cast<float>(1 - options_.beta2);
  plain.gradient_scale = static_cast<float>(scale);
  plain.shrink = 1;
  plain.pull = 0;
  plain.step_size =
      static_cast<float>(learning_rate / (1 - std::pow(options_.beta1, t)));
  plain.correction2 =
      static_cast<float>(1 / std::sqrt(1 - std::pow(options_.beta2, t)));
  plain.epsilon = static_cast<float>(options_.epsilon);
  AdamScalars decaying = plain;
  if (options_.kind == OptimizerKind::kAdamW) {
    decaying.shrink =
        static_cast<float>(1 - learning_rate * options_.weight_decay);
  } else {
    decaying.pull = static_cast<float>(options_.weight_decay);
  }
  pool_.For(
      static_cast<int64_t>(pieces_.size()), 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const Piece& piece = pieces_[i];
          AdamPiece(piece.decays ? decaying : plain, piece.end - piece.begin,
                    &parameters[piece.begin], &gradients[piece.begin],
                    &moments.first[piece.begin], &moments.second[piece.begin]);
        }
      });
}

}  // namespace artspeak::train
