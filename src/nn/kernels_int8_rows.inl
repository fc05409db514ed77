// Attention over keys and values of 8 bits (int8_rows.h). Part of kernels.inl;
// see there.

inline Vector Load(const int8_t* from) {
  return __builtin_convertvector((Integers)WidenBytes(from), Vector);
}

// `numbers` from -128 to 127.
inline void NarrowToBytes(int8_t* to, Integers numbers) {
  typedef int8_t Bytes __attribute__((vector_size(kLanes)));
  const Bytes bytes = __builtin_convertvector(numbers, Bytes);
  __builtin_memcpy(to, &bytes, sizeof bytes);
}

inline Vector LoadSome(const int8_t* from, int64_t count) {
  Vector v = {};
  for (int64_t i = 0; i < count; ++i) v[i] = from[i];
  return v;
}

constexpr int64_t kScalesBytes = kInt8RowBlock * sizeof(float);

inline int64_t BlockBytes(int64_t D) { return kScalesBytes + kInt8RowBlock * D; }

inline const int8_t* RowsOf(const std::byte* block) {
  return reinterpret_cast<const int8_t*>(block + kScalesBytes);
}

inline float ScaleOf(const std::byte* block, int64_t row) {
  float scale;
  __builtin_memcpy(&scale, block + row * sizeof scale, sizeof scale);
  return scale;
}

inline Vector LoadScales(const std::byte* block, int64_t row) {
  Vector scales;
  __builtin_memcpy(&scales, block + row * sizeof(float), sizeof scales);
  return scales;
}

// A row whose largest number is not above it counts as zeros, so that 127 / x
// is finite.
constexpr float kLeastLargest = 1e-30f;

void StoreInt8Row(std::byte* blocks, int64_t row, const float* in, int64_t D) {
  std::byte* const block = blocks + row / kInt8RowBlock * BlockBytes(D);
  row %= kInt8RowBlock;
  int8_t* const out = const_cast<int8_t*>(RowsOf(block)) + row * D;
  const int64_t whole = D / kLanes * kLanes, rest = D - whole;
  // As integers, magnitudes order as numbers do, and NaN above all.
  Integers largest_of = {};
  const auto compare = [&largest_of](Integers bits) {
    const Integers magnitudes = bits & 0x7fffffff;
    largest_of = magnitudes > largest_of ? magnitudes : largest_of;
  };
  for (int64_t d = 0; d < whole; d += kLanes) compare((Integers)Load(in + d));
  if (rest) compare((Integers)LoadSome(in + whole, rest));
  if constexpr (kLanes >= 16) {
    compare((Integers)Swap<8>((Vector)largest_of, AllLanes()));
  }
  if constexpr (kLanes >= 8) {
    compare((Integers)Swap<4>((Vector)largest_of, AllLanes()));
  }
  compare((Integers)Swap<2>((Vector)largest_of, AllLanes()));
  compare((Integers)Swap<1>((Vector)largest_of, AllLanes()));
  const float largest = ((Vector)largest_of)[0];
  const bool finite = largest <= __FLT_MAX__;
  const bool some = finite && largest > kLeastLargest;
  const float factor = some ? 127 / largest : 0;
  // Adding 1.5 · 2^23 rounds to a whole number, left in the low bits.
  const Vector magic = Splat(12582912.0f);
  const auto round = [&](Vector v) {
    return (Integers)(v * factor + magic) - (Integers)magic;
  };
  for (int64_t d = 0; d < whole; d += kLanes) {
    NarrowToBytes(out + d, some ? round(Load(in + d)) : Integers{});
  }
  if (rest) {
    const Integers steps =
        some ? round(LoadSome(in + whole, rest)) : Integers{};
    for (int64_t i = 0; i < rest; ++i) {
      out[whole + i] = static_cast<int8_t>(steps[i]);
    }
  }
  // Not a number where one of them is infinite or none: nothing is hidden.
  const float scale = some ? largest / 127 : finite ? 0 : __builtin_nanf("");
  __builtin_memcpy(block + row * sizeof scale, &scale, sizeof scale);
}

// Asks for a block before its turn: the processor looks ahead neither beyond a
// page nor from keys to values. Beyond the end this reads nothing: a prefetch
// never faults.
inline void AskFor(const std::byte* block, int64_t bytes) {
  for (int64_t line = 0; line < bytes; line += 64) {
    __builtin_prefetch(block + line);
  }
}
constexpr int64_t kBlocksAhead = 4;

typedef float Four __attribute__((vector_size(16)));

// The scores of four rows, whose scales lie side by side, or of one: the same
// bits by either.
template <int kRows>
inline void DotRows(float* scores, const float* q, const int8_t* rows,
                    const std::byte* scales, int64_t D) {
  Vector sum[kRows] = {};
  int64_t d = 0;
  for (; d + kLanes <= D; d += kLanes) {
    const Vector factors = Load(q + d);
    for (int r = 0; r < kRows; ++r) sum[r] += factors * Load(rows + r * D + d);
  }
  if (d < D) {
    const Vector factors = LoadSome(q + d, D - d);
    for (int r = 0; r < kRows; ++r) {
      sum[r] += factors * LoadSome(rows + r * D + d, D - d);
    }
  }
  if constexpr (kRows == 4) {
    const Vector sums = AddLanesOfFour(sum[0], sum[1], sum[2], sum[3]);
    Four four, by;
    __builtin_memcpy(&four, &sums, sizeof four);
    __builtin_memcpy(&by, scales, sizeof by);
    four *= by;
    __builtin_memcpy(scores, &four, sizeof four);
  } else {
    static_assert(kRows == 1);
    *scores = AddLanes(sum[0]) * ScaleOf(scales, 0);
  }
}

// out (kWide vectors) = the sum of weights · rows over all blocks, in a few
// chains, or each addition would wait for the one before.
template <int kWide>
inline void WeighedRows(float* out, const float* weights,
                        const std::byte* blocks, int64_t column, int64_t length,
                        int64_t D) {
  constexpr int kChains = kVectorBytes == 64 ? 4 : 2;
  Vector sum[kChains][kWide] = {};
  const auto add = [&](int chain, float weight, const int8_t* row) {
    for (int j = 0; j < kWide; ++j) {
      sum[chain][j] += weight * Load(row + j * kLanes);
    }
  };
  int64_t i = 0;
  for (; i + kInt8RowBlock <= length; i += kInt8RowBlock) {
    AskFor(blocks + kBlocksAhead * BlockBytes(D), BlockBytes(D));
    float factors[kInt8RowBlock];
    for (int r = 0; r < kInt8RowBlock; r += kLanes) {
      Store(factors + r, Load(weights + i + r) * LoadScales(blocks, r));
    }
    const int8_t* rows = RowsOf(blocks) + column;
    for (int r = 0; r < kInt8RowBlock; r += kChains) {
      for (int chain = 0; chain < kChains; ++chain) {
        add(chain, factors[r + chain], rows + (r + chain) * D);
      }
    }
    blocks += BlockBytes(D);
  }
  const int8_t* rows = RowsOf(blocks) + column;
  for (int64_t r = 0; i + r < length; ++r) {
    add(0, weights[i + r] * ScaleOf(blocks, r), rows + r * D);
  }
  for (int j = 0; j < kWide; ++j) {
    Vector all = sum[0][j] + sum[1][j];
    if constexpr (kChains == 4) all += sum[2][j] + sum[3][j];
    Store(out + j * kLanes, all);
  }
}

__attribute__((always_inline)) inline void AttendRows(
    float* out, float* scores, const float* q, const std::byte* keys,
    const std::byte* values, int64_t length, int64_t D, float scale) {
  const int64_t bytes = BlockBytes(D);
  const int64_t blocks = (length + kInt8RowBlock - 1) / kInt8RowBlock;
  for (int64_t b = 0; b < blocks; ++b) {
    const int64_t ahead = b + kBlocksAhead;
    AskFor(ahead < blocks ? keys + ahead * bytes
                          : values + (ahead - blocks) * bytes,
           bytes);
    const std::byte* const block = keys + b * bytes;
    const int64_t first = b * kInt8RowBlock;
    const int64_t rest = length - first;
    const int64_t count = rest < kInt8RowBlock ? rest : kInt8RowBlock;
    int64_t r = 0;
    for (; r + 4 <= count; r += 4) {
      DotRows<4>(scores + first + r, q, RowsOf(block) + r * D, block + 4 * r,
                 D);
    }
    for (; r < count; ++r) {
      DotRows<1>(scores + first + r, q, RowsOf(block) + r * D, block + 4 * r,
                 D);
    }
  }
  Softmax(scores, length, scale);
  int64_t d = 0;
  for (; d + 4 * kLanes <= D; d += 4 * kLanes) {
    WeighedRows<4>(out + d, scores, values, d, length, D);
  }
  for (; d + kLanes <= D; d += kLanes) {
    WeighedRows<1>(out + d, scores, values, d, length, D);
  }
  for (; d < D; ++d) {
    float sum = 0;
    for (int64_t i = 0; i < length; ++i) {
      const std::byte* const block = values + i / kInt8RowBlock * bytes;
      const int64_t r = i % kInt8RowBlock;
      sum += scores[i] * ScaleOf(block, r) * RowsOf(block)[r * D + d];
    }
    out[d] = sum;
  }
}

// Heads of GPT-2 are 64 wide: their loops are unrolled.
void AttendInt8(float* out, float* scores, const float* q,
                const std::byte* keys, const std::byte* values, int64_t length,
                int64_t D, float scale) {
  if (D == 64) {
    AttendRows(out, scores, q, keys, values, length, 64, scale);
  } else {
    AttendRows(out, scores, q, keys, values, length, D, scale);
  }
}
