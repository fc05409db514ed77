#include "nn/packed_linear.h"

#include <algorithm>

namespace artspeak::nn {

namespace {

// Handing out a task costs a microsecond or so: it gets at least ten of work.
constexpr int64_t kTaskBytes = 1 << 19;    // of weights read
constexpr int64_t kTaskNumbers = 1 << 14;  // to round

template <typename Number>
void Reserve(std::vector<Number>& numbers, int64_t size) {
  if (numbers.size() < static_cast<size_t>(size)) {
    numbers.resize(static_cast<size_t>(size));
  }
}

// From the sums of 32 values to what the kernels add (Int8Rows), in place.
void Correct(PackedFormat format, int32_t* sums, int64_t groups) {
  for (int64_t g = 0; g < groups; ++g) {
    int32_t* four = sums + 4 * g;
    if (format == PackedFormat::kInt4) {
      for (int i = 0; i < 4; ++i) four[i] *= -8;
    } else {
      four[0] = -128 * (four[0] + four[1] + four[2] + four[3]);
    }
  }
}

}  // namespace

void PackedLinear::RoundToInt8(base::ThreadPool& pool, const float* x,
                               int64_t rows, const PackedMatrix& weight) {
  const int64_t groups = weight.groups();
  Reserve(values_, rows * groups * kPackedGroup);
  Reserve(scales_, rows * groups);
  Reserve(corrections_, rows * groups * 4);
  const int64_t grain = std::max<int64_t>(1, kTaskNumbers / weight.K);
  pool.For(rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = row * groups;
      kernels_.quantize(values_.data() + at * kPackedGroup, scales_.data() + at,
                        corrections_.data() + 4 * at, x + row * weight.K,
                        weight.K);
      Correct(weight.format, corrections_.data() + 4 * at, groups);
    }
  });
}

void PackedLinear::RoundToBf16(base::ThreadPool& pool, const float* x,
                               int64_t rows, const PackedMatrix& weight) {
  const int64_t inputs = weight.groups() * kPackedGroup;
  Reserve(halves_, rows * inputs);
  const int64_t grain = std::max<int64_t>(1, kTaskNumbers / weight.K);
  pool.For(rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      Bfloat16* to = halves_.data() + row * inputs;
      BestKernels().round_to_bf16(to, x + row * weight.K, weight.K);
      std::fill(to + weight.K, to + inputs, Bfloat16{0});
    }
  });
}

void PackedLinear::Forward(base::ThreadPool& pool, float* y, const float* x,
                           int64_t rows, const PackedMatrix& weight,
                           const float* bias) {
  const bool bf16 = weight.format == PackedFormat::kBf16;
  if (bf16) {
    RoundToBf16(pool, x, rows, weight);
  } else {
    RoundToInt8(pool, x, rows, weight);
  }
  // Equal tasks, a multiple of the threads: nobody waits for a last one.
  const int64_t round = pool.threads() * kTaskBytes;
  const int64_t rounds = (weight.bytes() + round - 1) / round;
  const int64_t tasks = rounds * pool.threads();
  const int64_t grain = (weight.panels() + tasks - 1) / tasks;
  pool.For(weight.panels(), grain, [&](int64_t begin, int64_t end) {
    if (bf16) {
      kernels_.product_bf16(y, weight.N, halves_.data(), rows, weight, bias,
                            begin, end);
    } else {
      kernels_.product(y, weight.N,
                       {values_.data(), scales_.data(), corrections_.data()},
                       rows, weight, bias, begin, end);
    }
  });
}

}  // namespace artspeak::nn
