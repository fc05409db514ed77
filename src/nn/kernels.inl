// The body of kernels_plain.cc, kernels_avx2.cc and kernels_avx512.cc, written
// with GCC's vector types. Included inside a namespace of the including file's
// own, after kVectorBytes, and compiled with that file's instruction set:
// nothing here may call an inline function from elsewhere, or the linker might
// keep the copy that only the newest processors can run.

namespace {

#include "nn/kernels_vector.inl"

// --- layer norm ---

void LayerNorm(float* out, float* mean, float* rstd, const float* in,
               const float* weight, const float* bias, int64_t rows, int64_t C,
               float epsilon) {
  const int64_t whole = C / kLanes * kLanes, rest = C - whole;
  for (int64_t row = 0; row < rows; ++row, in += C, out += C) {
    Vector sum = {};
    for (int64_t i = 0; i < whole; i += kLanes) sum += Load(in + i);
    if (rest) sum += LoadSome(in + whole, rest);
    const float m = AddLanes(sum) / static_cast<float>(C);
    Vector squares = {};
    for (int64_t i = 0; i < whole; i += kLanes) {
      const Vector d = Load(in + i) - m;
      squares += d * d;
    }
    if (rest) {
      const Vector d = LoadSome(in + whole, rest, m) - m;
      squares += d * d;
    }
    const float s = 1.0f / __builtin_sqrtf(
                               AddLanes(squares) / static_cast<float>(C) +
                               epsilon);
    for (int64_t i = 0; i < whole; i += kLanes) {
      Store(out + i,
            (Load(in + i) - m) * s * Load(weight + i) + Load(bias + i));
    }
    for (int64_t i = whole; i < C; ++i) {
      out[i] = (in[i] - m) * s * weight[i] + bias[i];
    }
    mean[row] = m;
    rstd[row] = s;
  }
}

void LayerNormBackward(float* din, float* dweight, float* dbias,
                       const float* dout, const float* in, const float* weight,
                       const float* mean, const float* rstd, int64_t rows,
                       int64_t C) {
  const int64_t whole = C / kLanes * kLanes;
  const float inverse = 1.0f / static_cast<float>(C);
  for (int64_t row = 0; row < rows; ++row, in += C, din += C, dout += C) {
    const float m = mean[row], s = rstd[row];
    Vector sum_v = {}, sum_normed_v = {};
    for (int64_t i = 0; i < whole; i += kLanes) {
      const Vector d = Load(dout + i);
      const Vector normed = (Load(in + i) - m) * s;
      Store(dbias + i, Load(dbias + i) + d);
      Store(dweight + i, Load(dweight + i) + d * normed);
      const Vector dn = d * Load(weight + i);
      sum_v += dn;
      sum_normed_v += dn * normed;
    }
    float sum = AddLanes(sum_v), sum_normed = AddLanes(sum_normed_v);
    for (int64_t i = whole; i < C; ++i) {
      const float normed = (in[i] - m) * s;
      dbias[i] += dout[i];
      dweight[i] += dout[i] * normed;
      sum += dout[i] * weight[i];
      sum_normed += dout[i] * weight[i] * normed;
    }
    sum *= inverse;
    sum_normed *= inverse;
    for (int64_t i = 0; i < whole; i += kLanes) {
      const Vector normed = (Load(in + i) - m) * s;
      const Vector dn = Load(dout + i) * Load(weight + i);
      Store(din + i, Load(din + i) + (dn - sum - normed * sum_normed) * s);
    }
    for (int64_t i = whole; i < C; ++i) {
      const float normed = (in[i] - m) * s;
      din[i] += (dout[i] * weight[i] - sum - normed * sum_normed) * s;
    }
  }
}

// --- GELU ---

// With u = sqrt(2/pi) (x + 0.044715 x^3), (1 + tanh u) / 2 is the logistic
// function of 2u: one exponential, and no cancellation for negative x.
constexpr float kTwiceRoot = 1.59576912160573071f;  // 2 sqrt(2/pi)
constexpr float kCubic = 0.044715f;

inline Vector Logistic(Vector x) { return 1.0f / (1.0f + Exp(-x)); }

inline Vector GeluOf(Vector x) {
  return x * Logistic(kTwiceRoot * (x + kCubic * x * x * x));
}

inline Vector GeluSlope(Vector x) {
  const Vector s = Logistic(kTwiceRoot * (x + kCubic * x * x * x));
  const Vector slope = kTwiceRoot * (1.0f + 3.0f * kCubic * x * x);
  return s + x * s * (1.0f - s) * slope;
}

void Gelu(float* out, const float* in, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(out + i, GeluOf(Load(in + i)));
  if (i < count) {
    StoreSome(out + i, GeluOf(LoadSome(in + i, count - i)), count - i);
  }
}

void GeluBackward(float* gradient, const float* in, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Store(gradient + i, Load(gradient + i) * GeluSlope(Load(in + i)));
  }
  if (i < count) {
    const int64_t rest = count - i;
    const Vector slope = GeluSlope(LoadSome(in + i, rest));
    StoreSome(gradient + i, LoadSome(gradient + i, rest) * slope, rest);
  }
}

// --- sums ---

void Add(float* to, const float* from, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Store(to + i, Load(to + i) + Load(from + i));
  }
  for (; i < count; ++i) to[i] += from[i];
}

void Sum(float* out, const float* a, const float* b, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Store(out + i, Load(a + i) + Load(b + i));
  }
  for (; i < count; ++i) out[i] = a[i] + b[i];
}

void AddRows(float* out, const float* in, int64_t rows, int64_t C) {
  constexpr int kWide = 4;
  int64_t i = 0;
  for (; i + kWide * kLanes <= C; i += kWide * kLanes) {
    Vector sum[kWide];
    for (int j = 0; j < kWide; ++j) sum[j] = Load(out + i + j * kLanes);
    for (int64_t row = 0; row < rows; ++row) {
      const float* from = in + row * C + i;
      for (int j = 0; j < kWide; ++j) sum[j] += Load(from + j * kLanes);
    }
    for (int j = 0; j < kWide; ++j) Store(out + i + j * kLanes, sum[j]);
  }
  for (; i < C; ++i) {
    float sum = out[i];
    for (int64_t row = 0; row < rows; ++row) sum += in[row * C + i];
    out[i] = sum;
  }
}

float Dot(const float* a, const float* b, int64_t count) {
  Vector sum = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) sum += Load(a + i) * Load(b + i);
  if (i < count) {
    sum += LoadSome(a + i, count - i) * LoadSome(b + i, count - i);
  }
  return AddLanes(sum);
}

// --- softmax ---

constexpr float kLowest = -3.0e38f;

float Softmax(float* scores, int64_t count, float scale) {
  const int64_t whole = count / kLanes * kLanes, rest = count - whole;
  Vector largest_v = Splat(kLowest);
  for (int64_t i = 0; i < whole; i += kLanes) {
    const Vector x = Load(scores + i) * scale;
    Store(scores + i, x);
    largest_v = Larger(largest_v, x);
  }
  if (rest) {
    const Vector x = LoadSome(scores + whole, rest, kLowest);
    // Scaling the fill must not overflow: scale only what is real.
    const Vector scaled = x == Splat(kLowest) ? x : x * scale;
    StoreSome(scores + whole, scaled, rest);
    largest_v = Larger(largest_v, scaled);
  }
  const float largest = LargestLane(largest_v);
  Vector sum_v = {};
  for (int64_t i = 0; i < whole; i += kLanes) {
    const Vector e = Exp(Load(scores + i) - largest);
    Store(scores + i, e);
    sum_v += e;
  }
  float sum = AddLanes(sum_v);
  if (rest) {
    const Vector e = Exp(LoadSome(scores + whole, rest) - largest);
    StoreSome(scores + whole, e, rest);
    for (int64_t i = 0; i < rest; ++i) sum += e[i];
  }
  const float inverse = 1.0f / sum;
  for (int64_t i = 0; i < whole; i += kLanes) {
    Store(scores + i, Load(scores + i) * inverse);
  }
  for (int64_t i = whole; i < count; ++i) scores[i] *= inverse;
  return largest + __builtin_logf(sum);
}

void ExpMinus(float* out, const float* in, int64_t count, float scale,
              float log_sum) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Store(out + i, Exp(Load(in + i) * scale - log_sum));
  }
  if (i < count) {
    const Vector e = Exp(LoadSome(in + i, count - i) * scale - log_sum);
    StoreSome(out + i, e, count - i);
  }
}

void SoftmaxBackward(float* p_gradient, const float* p, int64_t count,
                     float shift, float scale) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Store(p_gradient + i,
          Load(p + i) * (Load(p_gradient + i) - shift) * scale);
  }
  for (; i < count; ++i) p_gradient[i] = p[i] * (p_gradient[i] - shift) * scale;
}

#include "nn/kernels_product.inl"
#include "nn/kernels_panels.inl"
#include "nn/kernels_int8_rows.inl"

// --- dropout ---

// Philox4x32-10 as in base/random.cc, for kLongs blocks at once: block b gives
// eight 16-bit numbers, those of indices 8 b to 8 b + 7.
constexpr int kLongs = kVectorBytes / 8;

inline void PhiloxBlocks(uint64_t seed, uint64_t stream, uint64_t block,
                         uint16_t (*out)[8]) {
  const Longs low = Longs{} + 0xffffffffu;
  Longs x0, x1;
  for (int i = 0; i < kLongs; ++i) x0[i] = block + static_cast<uint64_t>(i);
  x1 = x0 >> 32;
  x0 &= low;
  Longs x2 = Longs{} + (stream & 0xffffffffu);
  Longs x3 = Longs{} + (stream >> 32);
  uint32_t key0 = static_cast<uint32_t>(seed);
  uint32_t key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const Longs product0 = x0 * 0xD2511F53ull;
    const Longs product1 = x2 * 0xCD9E8D57ull;
    x0 = (product1 >> 32) ^ x1 ^ (uint64_t{key0});
    x1 = product1 & low;
    x2 = (product0 >> 32) ^ x3 ^ (uint64_t{key1});
    x3 = product0 & low;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  for (int i = 0; i < kLongs; ++i) {
    const uint32_t words[4] = {
        static_cast<uint32_t>(x0[i]), static_cast<uint32_t>(x1[i]),
        static_cast<uint32_t>(x2[i]), static_cast<uint32_t>(x3[i])};
    __builtin_memcpy(out[i], words, sizeof words);
  }
}

void Drop(float* out, const float* in, int64_t count, uint64_t seed,
          uint64_t stream, int64_t first, uint32_t threshold, float scale) {
  constexpr int64_t kGroup = 8 * kLongs;
  uint16_t draws[kLongs][8];
  int64_t index = first;
  const int64_t end = first + count;
  while (index < end) {
    const int64_t block = index / 8;
    PhiloxBlocks(seed, stream, static_cast<uint64_t>(block), draws);
    const int64_t start = block * 8;
    const int64_t stop = end < start + kGroup ? end : start + kGroup;
    const uint16_t* flat = &draws[0][0];
    for (; index < stop; ++index) {
      const float kept = flat[index - start] >= threshold ? scale : 0.0f;
      out[index - first] = in[index - first] * kept;
    }
  }
}

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels = {
    .layer_norm = LayerNorm,
    .layer_norm_backward = LayerNormBackward,
    .gelu = Gelu,
    .gelu_backward = GeluBackward,
    .add = Add,
    .sum = Sum,
    .add_rows = AddRows,
    .softmax = Softmax,
    .exp_minus = ExpMinus,
    .softmax_backward = SoftmaxBackward,
    .dot = Dot,
    .product = Product,
    .product_transposed = ProductTransposed<float>,
    .attend = Attend<float>,
    .attend_bf16 = AttendBf16,
    .round_to_bf16 = RoundToBf16,
    .attend_int8 = AttendInt8,
    .store_int8_row = StoreInt8Row,
    .drop = Drop,
    .panels = {.multiply = PanelLoops<PanelTile>::Multiply,
               .round = ScaleRow,
               .round_and_pack = ScaleAndPack,
               .round_and_pack_transposed = ScaleAndPackTransposed},
};
