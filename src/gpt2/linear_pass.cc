#include "gpt2/linear_pass.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace artspeak::gpt2 {

using nn::Bf16Buffer;
using nn::PanelRows;
using nn::PanelsSize;

Precision FastestPrecision() {
  return nn::FindBf16Kernels() != nullptr ? Precision::kBf16 : Precision::kFp32;
}

LinearInput::LinearInput(Precision precision, int64_t N, int64_t In)
    : In_(In),
      numbers_(precision == Precision::kFp32 ? N * In : 0),
      rounded_(precision == Precision::kBf16 ? N * PanelRows<nn::Bfloat16>(In)
                                             : 0) {}

LinearPass::LinearPass(Precision precision, base::ThreadPool& pool, int64_t N,
                       int64_t most_in, int64_t most_out, int64_t most_weights)
    : precision_(precision), pool_(pool), N_(N), multiplier_(pool) {
  if (precision == Precision::kFp32) return;
  products_ = nn::FindBf16Kernels();
  if (products_ == nullptr) {
    throw base::Error(
        "this processor cannot multiply bfloat16 numbers (it lacks "
        "avx512_bf16): train with --precision fp32");
  }
  stage_ = nn::Buffer(N * most_in);
  // What either direction fills up: less than a panel's columns of the longest
  // side, and one row.
  const int64_t longest = std::max(most_in, most_out);
  weight_ = Bf16Buffer(most_weights + (longest + 1) * 2 * nn::kPanel);
  input_ = Bf16Buffer(PanelsSize<nn::Bfloat16>(N, most_in));
  dout_rows_ = Bf16Buffer(N * PanelRows<nn::Bfloat16>(most_out));
  dout_panels_ = Bf16Buffer(PanelsSize<nn::Bfloat16>(N, most_out));
}

float* LinearPass::Stage(LinearInput& input) {
  return precision_ == Precision::kFp32 ? input.numbers_.data() : stage_.data();
}

void LinearPass::Keep(LinearInput& input, int64_t begin, int64_t end) {
  if (precision_ == Precision::kFp32) return;
  const int64_t In = input.In_, stride = PanelRows<nn::Bfloat16>(In);
  for (int64_t i = begin; i < end; ++i) {
    products_->round(input.rounded_.data() + i * stride, stage_.data() + i * In,
                     In, 1);
  }
}

void LinearPass::Keep(LinearInput& input) {
  constexpr int64_t kRows = 64;
  pool_.For(N_, kRows,
            [&](int64_t begin, int64_t end) { Keep(input, begin, end); });
}

void LinearPass::Forward(float* out, const LinearInput& input,
                         const float* weight, LinearShape shape, Hook before,
                         Hook after) {
  const bool accumulate = before != nullptr;
  const auto [In, Out, transposed] = shape;
  if (precision_ == Precision::kFp32) {
    multiplier_.Multiply({.rows = N_,
                          .columns = Out,
                          .inner = In,
                          .a = {input.numbers_.data(), In},
                          .b = {weight, transposed ? In : Out, transposed},
                          .c = out,
                          .c_stride = Out,
                          .accumulate = accumulate,
                          .before = std::move(before),
                          .after = std::move(after)});
    return;
  }
  nn::PackPanels(pool_, *products_, weight_.data(), weight, In, Out,
                 transposed);
  nn::Multiply(pool_, *products_,
               {.rows = N_,
                .columns = Out,
                .inner = In,
                .a = input.rounded_.data(),
                .b = weight_.data(),
                .c = out,
                .accumulate = accumulate,
                .before = std::move(before),
                .after = std::move(after)});
}

void LinearPass::Backward(const LinearGradients& gradients, const float* dout,
                          const LinearInput& input, const float* weight,
                          LinearShape shape, float scale, Hook after) {
  const auto [In, Out, transposed] = shape;
  const int64_t weight_rows = transposed ? Out : In;
  const int64_t weight_columns = transposed ? In : Out;
  if (precision_ == Precision::kFp32) {
    const nn::MatrixView in{input.numbers_.data(), In}, out{dout, Out};
    nn::MatrixView left = transposed ? out : in;
    left.transposed = true;
    if (gradients.weight != nullptr) {
      multiplier_.Multiply({.rows = weight_rows,
                            .columns = weight_columns,
                            .inner = N_,
                            .a = left,
                            .b = transposed ? in : out,
                            .c = gradients.weight,
                            .c_stride = weight_columns,
                            .alpha = scale,
                            .accumulate = true});
    }
    if (gradients.low_rank != nullptr) {
      LowRankBackward(*gradients.low_rank, dout, input, shape, scale);
    }
    multiplier_.Multiply({.rows = N_,
                          .columns = In,
                          .inner = Out,
                          .a = out,
                          .b = {weight, weight_columns, !transposed},
                          .c = gradients.in,
                          .c_stride = In,
                          .alpha = scale,
                          .accumulate = gradients.add_to_in,
                          .after = std::move(after)});
    return;
  }
  nn::RoundRows(pool_, *products_, dout_rows_.data(), dout, N_, Out, scale);
  if (gradients.weight != nullptr || gradients.low_rank != nullptr) {
    nn::PackPanels(pool_, *products_, dout_panels_.data(), dout_rows_.data(),
                   N_, Out);
    nn::PackPanels(pool_, *products_, input_.data(), input.rounded_.data(), N_,
                   In);
  }
  if (gradients.low_rank != nullptr) {
    LowRankBackward(*gradients.low_rank, dout, input, shape, 1);
  }
  if (gradients.weight != nullptr) {
    const Bf16Buffer& left = transposed ? dout_panels_ : input_;
    const Bf16Buffer& right = transposed ? input_ : dout_panels_;
    nn::Multiply(pool_, *products_,
                 {.rows = weight_rows,
                  .columns = weight_columns,
                  .inner = N_,
                  .a = left.data(),
                  .a_in_panels = true,
                  .b = right.data(),
                  .c = gradients.weight,
                  .accumulate = true});
  }
  nn::PackPanels(pool_, *products_, weight_.data(), weight, Out, In,
                 !transposed);
  nn::Multiply(pool_, *products_,
               {.rows = N_,
                .columns = In,
                .inner = Out,
                .a = dout_rows_.data(),
                .b = weight_.data(),
                .c = gradients.in,
                .accumulate = gradients.add_to_in,
                .after = std::move(after)});
}

void LinearPass::LowRankBackward(const LowRankChange& change, const float* dout,
                                 const LinearInput& input, LinearShape shape,
                                 float scale) {
  const auto [In, Out, transposed] = shape;
  const int64_t rank = change.rank;
  const float alpha = scale * change.scale;
  if (narrow_.size() < N_ * rank) narrow_ = nn::Buffer(N_ * rank);
  float* narrow = narrow_.data();
  if (precision_ == Precision::kFp32) {
    // to (rows, rank) += leftᵀ · (alpha · right · factor)
    const auto add = [&](float* to, nn::MatrixView left, int64_t rows,
                         nn::MatrixView right, const float* factor,
                         int64_t inner) {
      multiplier_.Multiply({.rows = N_,
                            .columns = rank,
                            .inner = inner,
                            .a = right,
                            .b = {factor, rank},
                            .c = narrow,
                            .c_stride = rank,
                            .alpha = alpha});
      left.transposed = true;
      multiplier_.Multiply({.rows = rows,
                            .columns = rank,
                            .inner = N_,
                            .a = left,
                            .b = {narrow, rank},
                            .c = to,
                            .c_stride = rank,
                            .accumulate = true});
    };
    const nn::MatrixView in{input.numbers_.data(), In}, out{dout, Out};
    add(change.da, in, In, out, change.b, Out);
    add(change.db, out, Out, in, change.a, In);
    return;
  }
  if (narrow_panels_.size() < PanelsSize<nn::Bfloat16>(N_, rank)) {
    narrow_panels_ = Bf16Buffer(PanelsSize<nn::Bfloat16>(N_, rank));
  }
  const auto add = [&](float* to, const Bf16Buffer& left, int64_t rows,
                       const Bf16Buffer& right, const float* factor,
                       int64_t inner) {
    nn::PackPanels(pool_, *products_, weight_.data(), factor, inner, rank,
                   false);
    nn::Multiply(pool_, *products_,
                 {.rows = N_,
                  .columns = rank,
                  .inner = inner,
                  .a = right.data(),
                  .b = weight_.data(),
                  .c = narrow});
    nn::PackPanels(pool_, *products_, narrow_panels_.data(), narrow, N_, rank,
                   false, alpha);
    nn::Multiply(pool_, *products_,
                 {.rows = rows,
                  .columns = rank,
                  .inner = N_,
                  .a = left.data(),
                  .a_in_panels = true,
                  .b = narrow_panels_.data(),
                  .c = to,
                  .accumulate = true});
  };
  add(change.da, input_, In, dout_rows_, change.b, Out);
  add(change.db, dout_panels_, Out, input.rounded_, change.a, In);
}

}  // namespace artspeak::gpt2
