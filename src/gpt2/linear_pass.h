// The linear layers of a training step, forward and backward, in one precision.
#pragma once

#include <cstdint>
#include <functional>

#include "base/thread_pool.h"
#include "gpt2/low_rank.h"
#include "gpt2/precision.h"
#include "nn/bf16_matmul.h"
#include "nn/buffer.h"
#include "nn/matmul.h"

namespace artspeak::gpt2 {

// A weight (In, Out) or, `transposed`, (Out, In).
struct LinearShape {
  int64_t In = 0, Out = 0;
  bool transposed = false;
};

// What a layer read, (N, In), kept for its backward pass: fp32, or rounded to
// bfloat16.
class LinearInput {
 public:
  LinearInput(Precision precision, int64_t N, int64_t In);

 private:
  friend class LinearPass;
  int64_t In_;
  nn::Buffer numbers_;      // kFp32
  nn::Bf16Buffer rounded_;  // kBf16, rows PanelRows<Bfloat16>(In) apart
};

// What a backward pass computes of a layer.
struct LinearGradients {
  float* in = nullptr;                      // (N, In)
  bool add_to_in = false;                   // or replace what is there
  float* weight = nullptr;                  // added to; null: not wanted
  const LowRankChange* low_rank = nullptr;  // likewise
};

// Scratch memory for layers up to a size, and their products over N tokens. The
// results are the same bits whatever the number of threads. Not thread-safe but
// for Stage and Keep.
class LinearPass {
 public:
  using Hook = std::function<void(int64_t begin, int64_t end)>;

  // most_in, most_out: of any layer; most_weights: numbers of its weight.
  // Throws Error if this processor lacks the precision.
  LinearPass(Precision precision, base::ThreadPool& pool, int64_t N,
             int64_t most_in, int64_t most_out, int64_t most_weights);

  // Where an input (N, In) is to be written. In kBf16 there is one place for
  // all: Keep it before the next.
  float* Stage(LinearInput& input);
  // Takes rows [begin, end), or all with all threads, from there.
  void Keep(LinearInput& input, int64_t begin, int64_t end);
  void Keep(LinearInput& input);

  // out (N, Out) = input · weight, added to what `before` left in its rows if
  // there is one; `after` runs on finished rows.
  void Forward(float* out, const LinearInput& input, const float* weight,
               LinearShape shape, Hook before, Hook after);
  // gradients.in = scale · dout · weightᵀ, or is added to, `after` running on
  // finished rows; gradients.weight += scale · inputᵀ · dout, and of a change
  // of low rank da and db, through products with its few columns alone.
  void Backward(const LinearGradients& gradients, const float* dout,
                const LinearInput& input, const float* weight,
                LinearShape shape, float scale, Hook after);

 private:
  // da += inputᵀ · (dout · B), db += doutᵀ · (input · A), times both scales. In
  // kBf16 after dout and input are packed.
  void LowRankBackward(const LowRankChange& change, const float* dout,
                       const LinearInput& input, LinearShape shape,
                       float scale);

  Precision precision_;
  base::ThreadPool& pool_;
  int64_t N_;
  nn::Buffer narrow_;          // (N, rank), when there is a change of low rank
  nn::Multiplier multiplier_;  // kFp32 only
  // kBf16 only:
  const nn::Bf16Kernels* products_ = nullptr;
  nn::Buffer stage_;              // (N, In)
  nn::Bf16Buffer weight_;         // panels, of either direction
  nn::Bf16Buffer input_;          // the panels of (N, In)
  nn::Bf16Buffer dout_rows_;      // (N, Out)
  nn::Bf16Buffer dout_panels_;    // of (N, Out)
  nn::Bf16Buffer narrow_panels_;  // of (N, rank)
};

}  // namespace artspeak::gpt2
