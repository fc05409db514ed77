#include "gpt2/linear_pass.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace artspeak::gpt2 {

using nn::Bf16Buffer;
using nn::Bf16Stride;
using nn::PanelsSize;

Precision FastestPrecision() {
  return nn::FindBf16Kernels() != nullptr ? Precision::kBf16 : Precision::kFp32;
}

LinearInput::LinearInput(Precision precision, int64_t N, int64_t In)
    : In_(In),
      numbers_(precision == Precision::kFp32 ? N * In : 0),
      rounded_(precision == Precision::kBf16 ? N * Bf16Stride(In) : 0) {}

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
  dout_rows_ = Bf16Buffer(N * Bf16Stride(most_out));
  dout_panels_ = Bf16Buffer(PanelsSize<nn::Bfloat16>(N, most_out));
}

float* LinearPass::Stage(LinearInput& input) {
  return precision_ == Precision::kFp32 ? input.numbers_.data() : stage_.data();
}

void LinearPass::Keep(LinearInput& input, int64_t begin, int64_t end) {
  if (precision_ == Precision::kFp32) return;
  const int64_t In = input.In_, stride = Bf16Stride(In);
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

void LinearPass::Backward(float* din, float* dweight, const float* dout,
                          const LinearInput& input, const float* weight,
                          LinearShape shape, float scale, Hook after) {
  const auto [In, Out, transposed] = shape;
  const int64_t weight_rows = transposed ? Out : In;
  const int64_t weight_columns = transposed ? In : Out;
  if (precision_ == Precision::kFp32) {
    const nn::MatrixView in{input.numbers_.data(), In}, out{dout, Out};
    nn::MatrixView left = transposed ? out : in;
    left.transposed = true;
    multiplier_.Multiply({.rows = weight_rows,
                          .columns = weight_columns,
                          .inner = N_,
                          .a = left,
                          .b = transposed ? in : out,
                          .c = dweight,
                          .c_stride = weight_columns,
                          .alpha = scale,
                          .accumulate = true});
    multiplier_.Multiply({.rows = N_,
                          .columns = In,
                          .inner = Out,
                          .a = out,
                          .b = {weight, weight_columns, !transposed},
                          .c = din,
                          .c_stride = In,
                          .alpha = scale,
                          .after = std::move(after)});
    return;
  }
  nn::RoundRows(pool_, *products_, dout_rows_.data(), dout, N_, Out, scale);
  nn::PackPanels(pool_, *products_, dout_panels_.data(), dout_rows_.data(), N_,
                 Out);
  nn::PackPanels(pool_, *products_, input_.data(), input.rounded_.data(), N_,
                 In);
  const Bf16Buffer& left = transposed ? dout_panels_ : input_;
  const Bf16Buffer& right = transposed ? input_ : dout_panels_;
  nn::Multiply(pool_, *products_,
               {.rows = weight_rows,
                .columns = weight_columns,
                .inner = N_,
                .a = left.data(),
                .a_in_panels = true,
                .b = right.data(),
                .c = dweight,
                .accumulate = true});
  nn::PackPanels(pool_, *products_, weight_.data(), weight, Out, In,
                 !transposed);
  nn::Multiply(pool_, *products_,
               {.rows = N_,
                .columns = In,
                .inner = Out,
                .a = dout_rows_.data(),
                .b = weight_.data(),
                .c = din,
                .after = std::move(after)});
}

}  // namespace artspeak::gpt2
