// The inner loops, each for one thread, once for every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "nn/bfloat16.h"
#include "nn/int8_rows.h"
#include "nn/panel_kernels.h"

namespace artspeak::nn {

enum class InstructionSet { kPlain, kAvx2, kAvx512 };

// Loops over rows of fp32 numbers. Every sum runs in an order that depends on
// its own length alone, so a row's result does not depend on its neighbours.
// Instruction sets differ from each other by rounding only. Rows are
// contiguous unless a stride (in numbers, from row to row) is given. Nothing
// is aligned. Thread-safe.
struct Kernels {
  // out = (in - mean) / sqrt(var + epsilon) * weight + bias for each row of C
  // (Ba et al. 2016, equation 4). mean, rstd: (rows).
  void (*layer_norm)(float* out, float* mean, float* rstd, const float* in,
                     const float* weight, const float* bias, int64_t rows,
                     int64_t C, float epsilon);
  // din += d out/d in · dout; dweight, dbias: (C), added to.
  void (*layer_norm_backward)(float* din, float* dweight, float* dbias,
                              const float* dout, const float* in,
                              const float* weight, const float* mean,
                              const float* rstd, int64_t rows, int64_t C);
  // out = gelu(in), the tanh form (Hendrycks & Gimpel 2016).
  void (*gelu)(float* out, const float* in, int64_t count);
  // gradient *= gelu'(in)
  void (*gelu_backward)(float* gradient, const float* in, int64_t count);
  // to += from
  void (*add)(float* to, const float* from, int64_t count);
  // out = a + b
  void (*sum)(float* out, const float* a, const float* b, int64_t count);
  // out (C) += the sum of in's rows (rows, C)
  void (*add_rows)(float* out, const float* in, int64_t rows, int64_t C);
  // Replaces scores by exp(scale·score - its maximum's) / sum; returns
  // log(sum of exp(scale·score)).
  float (*softmax)(float* scores, int64_t count, float scale);
  // out = exp(scale·in - log_sum)
  void (*exp_minus)(float* out, const float* in, int64_t count, float scale,
                    float log_sum);
  // score_gradient = p·(p_gradient - shift)·scale, in p_gradient's place
  void (*softmax_backward)(float* p_gradient, const float* p, int64_t count,
                           float shift, float scale);
  // The sum of a·b.
  float (*dot)(const float* a, const float* b, int64_t count);
  // y (rows, N) = x (rows, K) · w (K, N) [+ bias (N)]: columns [begin, end).
  // Each output is one chain of multiply-adds over k: the same bits whatever
  // the rows beside it.
  void (*product)(float* y, int64_t y_stride, const float* x, int64_t x_stride,
                  const float* w, int64_t w_stride, const float* bias,
                  int64_t rows, int64_t K, int64_t begin, int64_t end);
  // y (rows, N) = x (rows, K) · w (N, K) transposed: columns [begin, end).
  void (*product_transposed)(float* y, int64_t y_stride, const float* x,
                             int64_t x_stride, const float* w, int64_t w_stride,
                             int64_t rows, int64_t K, int64_t begin,
                             int64_t end);
  // One query's attention over `length` keys and values, each (length, D):
  // out (D) = softmax(scale · q·keys) · values. scores: scratch of `length`.
  void (*attend)(float* out, float* scores, const float* q, const float* keys,
                 const float* values, int64_t length, int64_t D, float scale);
  // The same with keys and values in bfloat16; arithmetic and scores are fp32.
  void (*attend_bf16)(float* out, float* scores, const float* q,
                      const Bfloat16* keys, const Bfloat16* values,
                      int64_t length, int64_t D, float scale);
  // out = in, rounded to nearest, ties to even.
  void (*round_to_bf16)(Bfloat16* out, const float* in, int64_t count);
  // The same with keys and values in 8 bits, blocks of rows of D: int8_rows.h.
  void (*attend_int8)(float* out, float* scores, const float* q,
                      const std::byte* keys, const std::byte* values,
                      int64_t length, int64_t D, float scale);
  // Puts `in` (D) in its place among the blocks, its largest as 127, rounded to
  // nearest. A number that is infinite or none makes the whole row none.
  void (*store_int8_row)(std::byte* blocks, int64_t row, const float* in,
                         int64_t D);
  // out = in * mask / (1 - rate), the mask being a function of (seed, stream,
  // first + index): see dropout.h.
  void (*drop)(float* out, const float* in, int64_t count, uint64_t seed,
               uint64_t stream, int64_t first, uint32_t threshold, float scale);
  // Products of large fp32 matrices.
  PanelKernels<float> panels;
};

// The kernels of one instruction set; null if this processor lacks it.
const Kernels* KernelsOf(InstructionSet set);

// The fastest this processor has, and its kernels.
InstructionSet BestInstructionSet();
const Kernels& BestKernels();

// "plain", "avx2", "avx512".
std::string_view NameOf(InstructionSet set);

}  // namespace artspeak::nn
