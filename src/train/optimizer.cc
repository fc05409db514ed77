#include "train/optimizer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <iterator>

#include "base/random.h"
#include "nn/moment_kernels.h"

namespace artspeak::train {

namespace {

constexpr int64_t kPieceFloats = 1 << 15;

void AdamPiece(const nn::AdamFactors& s, int64_t count,
               float* __restrict weights, float* __restrict gradients,
               float* __restrict first, float* __restrict second) {
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
double SquaresOf(std::span<const float> values) {
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

int64_t BlocksIn(int64_t size) {
  return (size + nn::kMomentBlock - 1) / nn::kMomentBlock;
}

static_assert(kPieceFloats % nn::kMomentBlock == 0);

}  // namespace

Optimizer::Optimizer(const OptimizerOptions& options,
                     std::span<const Stretch> stretches, base::ThreadPool& pool,
                     MomentOptions moments)
    : options_(options), moment_options_(moments), pool_(pool) {
  for (const Stretch& stretch : stretches) {
    assert(pieces_.empty() || stretch.offset >= pieces_.back().end);
    const int64_t end = stretch.offset + stretch.size;
    for (int64_t begin = stretch.offset; begin < end; begin += kPieceFloats) {
      const int64_t piece_end = std::min(begin + kPieceFloats, end);
      pieces_.push_back(
          {begin, piece_end, blocks_, stretch.decays, stretch.trained});
      blocks_ += BlocksIn(piece_end - begin);
    }
  }
  square_sums_.resize(pieces_.size());
}

std::span<const Optimizer::Piece> Optimizer::PiecesOf(int64_t offset,
                                                      int64_t size) const {
  const auto at = [this](int64_t place) {
    return std::partition_point(
        pieces_.begin(), pieces_.end(),
        [place](const Piece& piece) { return piece.begin < place; });
  };
  const int64_t end = offset + size;
  const auto first = at(offset), last = at(end);
  assert(first == pieces_.begin() || std::prev(first)->end <= offset);
  assert(last == first || std::prev(last)->end <= end);
  return {first, last};
}

template <typename Body>
void Optimizer::ForPieces(std::span<const Piece> pieces, const Body& body) {
  pool_.For(std::ssize(pieces), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(pieces[i], i);
  });
}

bool Optimizer::Trains(int64_t offset, int64_t size) const {
  return std::ranges::any_of(PiecesOf(offset, size), &Piece::trained);
}

double Optimizer::SquareSum(int64_t offset, std::span<const float> gradients) {
  const auto pieces = PiecesOf(offset, std::ssize(gradients));
  ForPieces(pieces, [&](const Piece& piece, int64_t i) {
    square_sums_[i] = piece.trained
                          ? SquaresOf(gradients.subspan(
                                piece.begin - offset, piece.end - piece.begin))
                          : 0;
  });
  double total = 0;
  for (size_t i = 0; i < pieces.size(); ++i) total += square_sums_[i];
  return total;
}

double Optimizer::ClipScale(double square_sum) const {
  const double norm = std::sqrt(square_sum);
  return clips() && norm > options_.clip_norm ? options_.clip_norm / norm : 1;
}

void Optimizer::Step(std::span<float> parameters, std::span<float> gradients,
                     Moments& moments, double learning_rate) {
  assert(parameters.size() == gradients.size());
  const double scale = clips() ? ClipScale(SquareSum(0, gradients)) : 1;
  Begin(parameters.size(), moments, learning_rate);
  Update(parameters, 0, gradients, moments, scale);
}

void Optimizer::Begin(size_t N, Moments& moments, double learning_rate) {
  learning_rate_ = learning_rate;
  if (options_.kind == OptimizerKind::kSgd) {
    moments = {};
    return;
  }
  if (moments.size() != N) {
    moments = {};
    MakeMoments(N, moments);
  }
  assert(moments.form() == moment_options_.form);
  ++moments.updates;
  const double t = static_cast<double>(moments.updates);
  plain_ = {
      .beta1 = static_cast<float>(options_.beta1),
      .beta2 = static_cast<float>(options_.beta2),
      .rest1 = static_cast<float>(1 - options_.beta1),
      .rest2 = static_cast<float>(1 - options_.beta2),
      .gradient_scale = 1,
      .shrink = 1,
      .pull = 0,
      .step_size =
          static_cast<float>(learning_rate / (1 - std::pow(options_.beta1, t))),
      .correction2 =
          static_cast<float>(1 / std::sqrt(1 - std::pow(options_.beta2, t))),
      .epsilon = static_cast<float>(options_.epsilon)};
  decaying_ = plain_;
  if (options_.kind == OptimizerKind::kAdamW) {
    decaying_.shrink =
        static_cast<float>(1 - learning_rate * options_.weight_decay);
  } else {
    decaying_.pull = static_cast<float>(options_.weight_decay);
  }
}

void Optimizer::Update(std::span<float> parameters, int64_t offset,
                       std::span<float> gradients, Moments& moments,
                       double gradient_scale) {
  ForPieces(PiecesOf(offset, std::ssize(gradients)), [&](const Piece& piece,
                                                         int64_t) {
    UpdatePiece(piece, &parameters[piece.begin],
                &gradients[piece.begin - offset], moments, gradient_scale);
  });
}

void Optimizer::UpdatePiece(const Piece& piece, float* weights,
                            float* gradients, Moments& moments,
                            double gradient_scale) const {
  const int64_t count = piece.end - piece.begin;
  if (!piece.trained) {
    std::fill_n(gradients, count, 0.0f);
    return;
  }
  if (options_.kind == OptimizerKind::kSgd) {
    SgdPiece(static_cast<float>(learning_rate_),
             static_cast<float>(gradient_scale),
             piece.decays ? static_cast<float>(options_.weight_decay) : 0.0f,
             count, weights, gradients);
    return;
  }
  nn::AdamFactors factors = piece.decays ? decaying_ : plain_;
  factors.gradient_scale = static_cast<float>(gradient_scale);
  if (moment_options_.form == MomentForm::kFp32) {
    AdamPiece(factors, count, weights, gradients, &moments.first[piece.begin],
              &moments.second[piece.begin]);
    return;
  }
  const nn::MomentKernels& kernels = nn::BestMomentKernels();
  for (int64_t i = 0; i < count; i += nn::kMomentBlock) {
    const int64_t block = piece.block + i / nn::kMomentBlock;
    kernels.adam(factors, std::min(nn::kMomentBlock, count - i), weights + i,
                 gradients + i, moments.quantized.At(piece.begin + i, block),
                 RoundingKey(moments.updates, block));
  }
}

uint64_t Optimizer::RoundingKey(int64_t updates, int64_t block) const {
  const auto numbers =
      base::PhiloxBlock(moment_options_.seed, static_cast<uint64_t>(updates),
                        static_cast<uint64_t>(block));
  return numbers[0] | uint64_t{numbers[1]} << 32;
}

void Optimizer::MakeMoments(size_t N, Moments& moments) const {
  if (moment_options_.form == MomentForm::kFp32) {
    moments.first.assign(N, 0);
    moments.second.assign(N, 0);
    return;
  }
  const auto blocks = static_cast<size_t>(blocks_);
  moments.quantized.first.assign(N, 0);
  moments.quantized.second.assign(N, 0);
  moments.quantized.first_scales.assign(blocks, 0);
  moments.quantized.second_scales.assign(blocks, 0);
}

void Optimizer::Convert(Moments& moments) {
  if (moments.size() == 0 || moments.form() == moment_options_.form) return;
  const bool encodes = moment_options_.form == MomentForm::kInt8;
  MakeMoments(moments.size(), moments);
  const nn::MomentKernels& kernels = nn::BestMomentKernels();
  ForPieces(pieces_, [&](const Piece& piece, int64_t) {
    for (int64_t at = piece.begin; at < piece.end; at += nn::kMomentBlock) {
      const int64_t count = std::min(nn::kMomentBlock, piece.end - at);
      const int64_t block = piece.block + (at - piece.begin) / nn::kMomentBlock;
      const nn::MomentBlock codes = moments.quantized.At(at, block);
      float* first = &moments.first[at];
      float* second = &moments.second[at];
      if (encodes) {
        kernels.encode(codes, count, first, second,
                       RoundingKey(moments.updates, block));
      } else {
        kernels.decode(first, second, count, codes);
      }
    }
  });
  if (encodes) {
    moments.first = {};
    moments.second = {};
  } else {
    moments.quantized = {};
  }
}

}  // namespace artspeak::train
