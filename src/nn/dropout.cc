#include "nn/dropout.h"

#include <cassert>
#include <cmath>

namespace artspeak::nn {

DropoutMask::DropoutMask(float rate, uint64_t seed, uint64_t stream)
    : seed_(seed), stream_(stream) {
  assert(rate >= 0 && rate <= 1);
  constexpr float kSteps = 65536;
  threshold_ = static_cast<uint32_t>(std::lround(rate * kSteps));
  if (threshold_ >= kSteps) threshold_ = static_cast<uint32_t>(kSteps) - 1;
  scale_ = kSteps / (kSteps - static_cast<float>(threshold_));
}

void Drop(base::ThreadPool& pool, const Kernels& kernels,
          const DropoutMask& mask, float* out, const float* in, int64_t count) {
  constexpr int64_t kGrain = 1 << 16;
  pool.For(count, kGrain, [&](int64_t begin, int64_t end) {
    mask.Apply(kernels, out + begin, in + begin, end - begin, begin);
  });
}

}  // namespace artspeak::nn
