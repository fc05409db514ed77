// The body of kernels_plain.cc, kernels_avx2.cc and kernels_avx512.cc, written
// with GCC's vector types. Included inside a namespace of the including file's
// own, after kVectorBytes, and compiled with that file's instruction set:
// nothing here may call an inline function from elsewhere, or the linker might
// keep the copy that only the newest processors can run.

namespace {

constexpr int kLanes = kVectorBytes / 4;
typedef float Vector __attribute__((vector_size(kVectorBytes)));
typedef int32_t Integers __attribute__((vector_size(kVectorBytes)));
typedef uint32_t Words __attribute__((vector_size(kVectorBytes)));
typedef uint64_t Longs __attribute__((vector_size(kVectorBytes)));

inline Vector Splat(float value) { return value - Vector{}; }

inline Vector Load(const float* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

inline void Store(float* to, Vector v) { __builtin_memcpy(to, &v, sizeof v); }

// The first `count` (less than kLanes) numbers, the rest `fill`.
inline Vector LoadSome(const float* from, int64_t count, float fill = 0) {
  Vector v = Splat(fill);
  for (int64_t i = 0; i < count; ++i) v[i] = from[i];
  return v;
}

inline void StoreSome(float* to, Vector v, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] = v[i];
}

// The numbers of all lanes, as template arguments.
template <int... kIndex>
struct Lanes {};
template <int kCount, int... kIndex>
struct LanesUpTo : LanesUpTo<kCount - 1, kCount - 1, kIndex...> {};
template <int... kIndex>
struct LanesUpTo<0, kIndex...> {
  using Type = Lanes<kIndex...>;
};
using AllLanes = LanesUpTo<kLanes>::Type;

// Takes two of each four lanes of `a`, then the same two of `b`: first and
// third (kOdd = 0), or second and fourth.
template <int kOdd, int... kIndex>
inline Vector Interleave(Vector a, Vector b, Lanes<kIndex...>) {
  return __builtin_shufflevector(
      a, b,
      (kIndex / 4 * 4 + kIndex % 2 * 2 + kOdd +
       (kIndex % 4 < 2 ? 0 : kLanes))...);
}

// Exchanges halves of twice `kWidth` lanes.
template <int kWidth, int... kIndex>
inline Vector Swap(Vector v, Lanes<kIndex...>) {
  return __builtin_shufflevector(v, v, (kIndex ^ kWidth)...);
}

// The sum of neighbouring lanes of both, as the processor's horizontal add.
inline Vector AddNeighbours(Vector a, Vector b) {
  return Interleave<0>(a, b, AllLanes()) + Interleave<1>(a, b, AllLanes());
}

// The sums of four vectors' lanes, in lanes 0 to 3.
inline Vector AddLanesOfFour(Vector a, Vector b, Vector c, Vector d) {
  Vector sum = AddNeighbours(AddNeighbours(a, b), AddNeighbours(c, d));
  if constexpr (kLanes >= 16) sum += Swap<8>(sum, AllLanes());
  if constexpr (kLanes >= 8) sum += Swap<4>(sum, AllLanes());
  return sum;
}

// In the order of AddLanesOfFour, so that a sum has the same bits by either.
inline float AddLanes(Vector v) { return AddLanesOfFour(v, v, v, v)[0]; }

inline Vector Larger(Vector a, Vector b) { return a > b ? a : b; }

inline float LargestLane(Vector v) {
  float largest = v[0];
  for (int i = 1; i < kLanes; ++i) largest = v[i] > largest ? v[i] : largest;
  return largest;
}

// exp(x) within 3 units in the last place for -87 <= x <= 88, clamped outside.
// Argument reduction by ln 2 in two parts (Cody & Waite 1980); on [-ln2/2,
// ln2/2] Taylor's polynomial of degree 7 errs by less than
// 0.347^8 / 8! = 5.2e-9 relative, a twelfth of an fp32 half unit.
inline Vector Exp(Vector x) {
  x = x < Splat(-87.0f) ? Splat(-87.0f) : x;
  x = x > Splat(88.0f) ? Splat(88.0f) : x;
  // Adding 1.5 · 2^23 rounds to a whole number, left in the low bits.
  const Vector magic = Splat(12582912.0f);
  const Vector shifted = x * Splat(1.44269504088896341f) + magic;
  const Vector n = shifted - magic;
  Vector r = x - n * Splat(0.693359375f);
  r = r - n * Splat(-2.12194440054690583e-4f);
  Vector p = Splat(1.0f / 5040);
  p = p * r + Splat(1.0f / 720);
  p = p * r + Splat(1.0f / 120);
  p = p * r + Splat(1.0f / 24);
  p = p * r + Splat(1.0f / 6);
  p = p * r + Splat(0.5f);
  p = p * r + Splat(1.0f);
  p = p * r + Splat(1.0f);
  const Integers exponent = ((Integers)shifted - (Integers)magic + 127) << 23;
  return p * (Vector)exponent;
}

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

// --- products ---

// A tile of kRows rows by kWide vectors of columns: its accumulators fill the
// registers, each weight is read once.
template <int kRows, int kWide>
inline void ProductTile(float* y, int64_t y_stride, const float* x,
                        int64_t x_stride, const float* w, int64_t w_stride,
                        const float* bias, int64_t K) {
  constexpr int64_t kAhead = 12;
  Vector sum[kRows][kWide];
  for (int j = 0; j < kWide; ++j) {
    const Vector start = bias ? Load(bias + j * kLanes) : Vector{};
    for (int r = 0; r < kRows; ++r) sum[r][j] = start;
  }
  for (int64_t k = 0; k < K; ++k) {
    // Rows of w lie pages apart, where the processor does not look ahead.
    // Beyond the end this reads nothing: a prefetch never faults.
    const float* const ahead = w + (k + kAhead) * w_stride;
    Vector weights[kWide];
    for (int j = 0; j < kWide; ++j) {
      __builtin_prefetch(ahead + j * kLanes);
      weights[j] = Load(w + k * w_stride + j * kLanes);
    }
    for (int r = 0; r < kRows; ++r) {
      const float factor = x[r * x_stride + k];
      for (int j = 0; j < kWide; ++j) sum[r][j] += factor * weights[j];
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int j = 0; j < kWide; ++j) {
      Store(y + r * y_stride + j * kLanes, sum[r][j]);
    }
  }
}

template <int kWide>
inline void ProductColumns(float* y, int64_t y_stride, const float* x,
                           int64_t x_stride, const float* w, int64_t w_stride,
                           const float* bias, int64_t rows, int64_t K) {
  constexpr int kRows = kVectorBytes == 64 ? 6 : 3;
  int64_t row = 0;
  for (; row + kRows <= rows; row += kRows) {
    ProductTile<kRows, kWide>(y + row * y_stride, y_stride, x + row * x_stride,
                              x_stride, w, w_stride, bias, K);
  }
  y += row * y_stride;
  x += row * x_stride;
  const auto tile = [&]<int kCount>() {
    ProductTile<kCount, kWide>(y, y_stride, x, x_stride, w, w_stride, bias, K);
  };
  switch (rows - row) {
    case 5: return tile.template operator()<5>();
    case 4: return tile.template operator()<4>();
    case 3: return tile.template operator()<3>();
    case 2: return tile.template operator()<2>();
    case 1: return tile.template operator()<1>();
  }
}

void Product(float* y, int64_t y_stride, const float* x, int64_t x_stride,
             const float* w, int64_t w_stride, const float* bias, int64_t rows,
             int64_t K, int64_t begin, int64_t end) {
  constexpr int kWide = kVectorBytes == 16 ? 2 : 4;
  int64_t n = begin;
  for (; n + kWide * kLanes <= end; n += kWide * kLanes) {
    ProductColumns<kWide>(y + n, y_stride, x, x_stride, w + n, w_stride,
                          bias ? bias + n : nullptr, rows, K);
  }
  for (; n + kLanes <= end; n += kLanes) {
    ProductColumns<1>(y + n, y_stride, x, x_stride, w + n, w_stride,
                      bias ? bias + n : nullptr, rows, K);
  }
  for (; n < end; ++n) {
    for (int64_t row = 0; row < rows; ++row) {
      float sum = bias ? bias[n] : 0;
      for (int64_t k = 0; k < K; ++k) {
        sum += x[row * x_stride + k] * w[k * w_stride + n];
      }
      y[row * y_stride + n] = sum;
    }
  }
}

// kRows rows by kWide columns of x · w transposed; lanes run along k.
template <int kRows, int kWide>
inline void DotTile(float* y, int64_t y_stride, const float* x,
                    int64_t x_stride, const float* w, int64_t w_stride,
                    int64_t K) {
  Vector sum[kRows][kWide] = {};
  int64_t k = 0;
  for (; k + kLanes <= K; k += kLanes) {
    Vector weights[kWide];
    for (int j = 0; j < kWide; ++j) weights[j] = Load(w + j * w_stride + k);
    for (int r = 0; r < kRows; ++r) {
      const Vector factors = Load(x + r * x_stride + k);
      for (int j = 0; j < kWide; ++j) sum[r][j] += factors * weights[j];
    }
  }
  if (k < K) {
    for (int r = 0; r < kRows; ++r) {
      const Vector factors = LoadSome(x + r * x_stride + k, K - k);
      for (int j = 0; j < kWide; ++j) {
        sum[r][j] += factors * LoadSome(w + j * w_stride + k, K - k);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    if constexpr (kWide == 4) {
      const Vector sums =
          AddLanesOfFour(sum[r][0], sum[r][1], sum[r][2], sum[r][3]);
      __builtin_memcpy(y + r * y_stride, &sums, 4 * sizeof(float));
    } else {
      for (int j = 0; j < kWide; ++j) y[r * y_stride + j] = AddLanes(sum[r][j]);
    }
  }
}

template <int kWide>
inline void DotColumns(float* y, int64_t y_stride, const float* x,
                       int64_t x_stride, const float* w, int64_t w_stride,
                       int64_t rows, int64_t K) {
  constexpr int kRows = kVectorBytes == 64 ? 5 : 2;
  int64_t row = 0;
  for (; row + kRows <= rows; row += kRows) {
    DotTile<kRows, kWide>(y + row * y_stride, y_stride, x + row * x_stride,
                          x_stride, w, w_stride, K);
  }
  y += row * y_stride;
  x += row * x_stride;
  const auto tile = [&]<int kCount>() {
    DotTile<kCount, kWide>(y, y_stride, x, x_stride, w, w_stride, K);
  };
  switch (rows - row) {
    case 4: return tile.template operator()<4>();
    case 3: return tile.template operator()<3>();
    case 2: return tile.template operator()<2>();
    case 1: return tile.template operator()<1>();
  }
}

void ProductTransposed(float* y, int64_t y_stride, const float* x,
                       int64_t x_stride, const float* w, int64_t w_stride,
                       int64_t rows, int64_t K, int64_t begin, int64_t end) {
  int64_t n = begin;
  for (; n + 4 <= end; n += 4) {
    DotColumns<4>(y + n, y_stride, x, x_stride, w + n * w_stride, w_stride,
                  rows, K);
  }
  for (; n < end; ++n) {
    DotColumns<1>(y + n, y_stride, x, x_stride, w + n * w_stride, w_stride,
                  rows, K);
  }
}

// --- attention of one query ---

// out (kWide vectors) = the sum of weights[i] · rows[i], in four chains, or each
// addition would wait for the one before.
template <int kWide>
inline void WeighedSum(float* out, const float* weights, const float* rows,
                       int64_t count, int64_t stride) {
  constexpr int kChains = 4;
  Vector sum[kChains][kWide] = {};
  int64_t i = 0;
  for (; i + kChains <= count; i += kChains) {
    for (int chain = 0; chain < kChains; ++chain) {
      const float* row = rows + (i + chain) * stride;
      for (int j = 0; j < kWide; ++j) {
        sum[chain][j] += weights[i + chain] * Load(row + j * kLanes);
      }
    }
  }
  for (; i < count; ++i) {
    for (int j = 0; j < kWide; ++j) {
      sum[0][j] += weights[i] * Load(rows + i * stride + j * kLanes);
    }
  }
  for (int j = 0; j < kWide; ++j) {
    Store(out + j * kLanes,
          (sum[0][j] + sum[1][j]) + (sum[2][j] + sum[3][j]));
  }
}

void Attend(float* out, float* scores, const float* q, const float* keys,
            const float* values, int64_t length, int64_t D, float scale) {
  ProductTransposed(scores, 0, q, 0, keys, D, 1, D, 0, length);
  Softmax(scores, length, scale);
  int64_t d = 0;
  for (; d + 2 * kLanes <= D; d += 2 * kLanes) {
    WeighedSum<2>(out + d, scores, values + d, length, D);
  }
  for (; d + kLanes <= D; d += kLanes) {
    WeighedSum<1>(out + d, scores, values + d, length, D);
  }
  for (; d < D; ++d) {
    float sum = 0;
    for (int64_t i = 0; i < length; ++i) sum += scores[i] * values[i * D + d];
    out[d] = sum;
  }
}

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
    .product_transposed = ProductTransposed,
    .attend = Attend,
    .drop = Drop,
};
