// Random zeros while training (Srivastava et al. 2014), drawn again from a
// counter wherever they are needed instead of being stored.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/kernels.h"

namespace artspeak::nn {

// One mask: number i is kept, and divided by the share kept, if the i-th
// 16-bit number of the Philox stream (seed, stream) is at least rate · 65536.
class DropoutMask {
 public:
  DropoutMask() = default;  // keeps everything
  // rate: [0, 1], rounded to a multiple of 1/65536 below 1 (a double just below
  // 1 is 1 as a float).
  DropoutMask(float rate, uint64_t seed, uint64_t stream);

  bool active() const { return threshold_ > 0; }

  // out = in times the mask's numbers first .. first + count - 1. out may be
  // in. Thread-safe.
  void Apply(const Kernels& kernels, float* out, const float* in, int64_t count,
             int64_t first) const {
    kernels.drop(out, in, count, seed_, stream_, first, threshold_, scale_);
  }

 private:
  uint64_t seed_ = 0, stream_ = 0;
  uint32_t threshold_ = 0;
  float scale_ = 1;
};

// The same of all `count` numbers from the mask's first, with all threads.
void Drop(base::ThreadPool& pool, const Kernels& kernels,
          const DropoutMask& mask, float* out, const float* in, int64_t count);

}  // namespace artspeak::nn
