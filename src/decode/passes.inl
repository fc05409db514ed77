// The body of passes_plain.cc, passes_avx2.cc and passes_avx512.cc, written
// with GCC's vector types. Included inside a namespace of the including file's
// own, after kVectorBytes, and compiled with that file's instruction set:
// nothing here may call an inline function from elsewhere, or the linker might
// keep the copy that only the newest processors can run.

namespace {

typedef float Vector __attribute__((vector_size(kVectorBytes)));
typedef int32_t Integers __attribute__((vector_size(kVectorBytes)));
typedef uint64_t Words __attribute__((vector_size(kVectorBytes)));
constexpr int kWidth = kVectorBytes / 4;  // numbers in a vector

// Sums run in 16 lanes, however many vectors those take.
constexpr int kLanes = 16;
constexpr int kParts = kLanes / kWidth;

inline Vector Splat(float value) { return value - Vector{}; }

inline Vector Load(const float* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

inline void Store(float* to, Vector v) { __builtin_memcpy(to, &v, sizeof v); }

inline Vector Larger(Vector a, Vector b) { return a > b ? a : b; }

struct Lanes {
  Vector parts[kParts] = {};

  // The upper half is added to the lower one until one is left.
  float Sum() const {
    typedef float Four __attribute__((vector_size(16)));
    Four fours[4];
    __builtin_memcpy(fours, parts, sizeof fours);
    const Four sum = (fours[0] + fours[2]) + (fours[1] + fours[3]);
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
  }
};

inline bool Any(Integers mask) {
  const Words words = (Words)mask;
  uint64_t any = 0;
  for (int i = 0; i < kVectorBytes / 8; ++i) any |= words[i];
  return any != 0;
}

// e^x for -88 <= x <= 0 within 2 units in the last place; 0 below -87.6, where
// n = -127, whose power of two is written 0. x = n ln 2 + r, |r| <= ln 2 / 2,
// ln 2 in two parts (Cody & Waite 1980); the polynomial is Taylor's to r^7 (the
// rest is below 2^-27).
inline Vector Exp(Vector x) {
  const Vector magic = Splat(12582912.0f);  // 1.5 * 2^23: adding it rounds
  const Vector shifted = x * 1.44269504f + magic;
  const Vector n = shifted - magic;
  const Vector r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  Vector p = Splat(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Integers exponent = ((Integers)shifted - (Integers)magic + 127) << 23;
  return p * (Vector)exponent;
}

bool Copy(float* to, const float* from, int64_t count) {
  const Vector infinity = Splat(__builtin_inff());
  Integers bad = {};
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    const Vector v = Load(from + i);
    bad |= ~(v < infinity);
    Store(to + i, v);
  }
  bool good = !Any(bad);
  for (; i < count; ++i) {
    good = good && from[i] < __builtin_inff();
    to[i] = from[i];
  }
  return good;
}

float Highest(const float* values, int64_t count) {
  constexpr int kVectors = 4;  // side by side: each waits for itself alone
  Vector highest[kVectors];
  for (Vector& v : highest) v = Load(values);
  for (int64_t i = 0; i < count; i += kVectors * kWidth) {
    for (int j = 0; j < kVectors; ++j) {
      highest[j] = Larger(highest[j], Load(values + i + j * kWidth));
    }
  }
  float result = values[0];
  for (const Vector& v : highest) {
    for (int i = 0; i < kWidth; ++i) result = v[i] > result ? v[i] : result;
  }
  return result;
}

// Lists a block with this sum as the next, if anything is left of it.
inline void List(Row& row, int64_t& listed, int32_t block, const Lanes& lanes) {
  const float sum = lanes.Sum();
  row.blocks[listed] = block;
  row.sums[listed] = sum;
  listed += sum > 0 ? 1 : 0;
}

void Weigh(Row& row, float highest, float scale) {
  const Vector lowest = Splat(-88.0f);
  int64_t listed = 0;
  for (int64_t b = 0; b < row.count; ++b) {
    Lanes sum;
    for (int64_t i = b * kBlock; i < (b + 1) * kBlock;) {
      for (Vector& part : sum.parts) {
        const Vector score =
            Larger((Load(row.scores + i) - highest) * scale, lowest);
        const Vector weight = Exp(score);
        Store(row.scores + i, score);
        Store(row.weights + i, weight);
        part += weight;
        i += kWidth;
      }
    }
    List(row, listed, static_cast<int32_t>(b), sum);
  }
  row.count = listed;
}

void Keep(Row& row, const float* keys, float key, int32_t last) {
  const Vector bound = Splat(key);
  Integers places;
  for (int i = 0; i < kWidth; ++i) places[i] = i;
  int64_t listed = 0;
  for (int64_t b = 0; b < row.count; ++b) {
    const int32_t block = row.blocks[b];
    Lanes sum;
    for (int64_t i = block * kBlock; i < (block + 1) * kBlock;) {
      for (Vector& part : sum.parts) {
        const Vector of = Load(keys + i);
        const Integers token = places + static_cast<int32_t>(i);
        const Integers stays = (of > bound) | ((of == bound) & (token <= last));
        const Vector weight = (Vector)((Integers)Load(row.weights + i) & stays);
        Store(row.weights + i, weight);
        part += weight;
        i += kWidth;
      }
    }
    List(row, listed, block, sum);
  }
  row.count = listed;
}

template <bool kCounts>
void AddUp(const Row& row, const float* keys, const float* pivots,
           double* sums) {
  Vector bounds[kPivots];
  for (int j = 0; j < kPivots; ++j) {
    bounds[j] = Splat(pivots[j]);
    sums[j] = 0;
  }
  // Weights are no more than their block's sum.
  const bool may_skip = keys == row.weights;
  // fp32 for few additions in a row: their rounding is lost in the whole.
  constexpr int64_t kBlocksAtOnce = 16;
  for (int64_t begin = 0; begin < row.count; begin += kBlocksAtOnce) {
    const int64_t rest = row.count - begin;
    const int64_t end = begin + (rest < kBlocksAtOnce ? rest : kBlocksAtOnce);
    Lanes lanes[kPivots];
    for (int64_t b = begin; b < end; ++b) {
      if (may_skip && row.sums[b] < pivots[0]) continue;
      const int64_t first = row.blocks[b] * kBlock;
      for (int64_t i = first; i < first + kBlock;) {
        for (int part = 0; part < kParts; ++part) {
          const Vector key = Load(keys + i);
          const Vector amount = kCounts ? Splat(1) : Load(row.weights + i);
          for (int j = 0; j < kPivots; ++j) {
            lanes[j].parts[part] += key >= bounds[j] ? amount : Splat(0);
          }
          i += kWidth;
        }
      }
    }
    for (int j = 0; j < kPivots; ++j) sums[j] += lanes[j].Sum();
  }
}

int64_t Collect(const Row& row, const float* keys, float from, float below,
                int32_t* tokens) {
  int64_t found = 0;
  const bool may_skip = keys == row.weights;
  for (int64_t b = 0; b < row.count; ++b) {
    if (may_skip && row.sums[b] < from) continue;
    const int64_t begin = row.blocks[b] * kBlock;
    int32_t is[kBlock];
    Integers any = {};
    for (int i = 0; i < kBlock; i += kWidth) {
      const Vector key = Load(keys + begin + i);
      const Integers in = (key >= from) & (key < below);
      __builtin_memcpy(is + i, &in, sizeof in);
      any |= in;
    }
    if (!Any(any)) continue;
    for (int i = 0; i < kBlock; ++i) {
      tokens[found] = static_cast<int32_t>(begin + i);
      found -= is[i];
    }
  }
  return found;
}

double SumScores(const Row& row) {
  double total = 0;
  for (int64_t b = 0; b < row.count; ++b) {
    const int64_t begin = row.blocks[b] * kBlock;
    Lanes sum;
    for (int64_t i = begin; i < begin + kBlock;) {
      for (Vector& part : sum.parts) {
        part += Load(row.weights + i) * Load(row.scores + i);
        i += kWidth;
      }
    }
    total += sum.Sum();
  }
  return total;
}

void Nearness(const Row& row, float* keys, float centre) {
  for (int64_t b = 0; b < row.count; ++b) {
    const int64_t begin = row.blocks[b] * kBlock;
    for (int64_t i = begin; i < begin + kBlock; i += kWidth) {
      const Vector away = Load(row.scores + i) - centre;
      const Integers steps = __builtin_convertvector(
          Larger(away, -away) * kNearnessSteps, Integers);
      Store(keys + i, (Vector)(kNearest - steps));
    }
  }
}

}  // namespace

extern const Passes kPasses;
const Passes kPasses = {
    .copy = Copy,
    .highest = Highest,
    .weigh = Weigh,
    .keep = Keep,
    .add_up_weights = AddUp<false>,
    .count = AddUp<true>,
    .collect = Collect,
    .sum_scores = SumScores,
    .nearness = Nearness,
};
