// Products of few rows, and the attention of one query. Part of kernels.inl; see
// there.


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
// W is float or Bfloat16.
template <int kRows, int kWide, typename W>
inline void DotTile(float* y, int64_t y_stride, const float* x,
                    int64_t x_stride, const W* w, int64_t w_stride, int64_t K) {
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

template <int kWide, typename W>
inline void DotColumns(float* y, int64_t y_stride, const float* x,
                       int64_t x_stride, const W* w, int64_t w_stride,
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

template <typename W>
void ProductTransposed(float* y, int64_t y_stride, const float* x,
                       int64_t x_stride, const W* w, int64_t w_stride,
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
template <int kWide, typename Element>
inline void WeighedSum(float* out, const float* weights, const Element* rows,
                       int64_t count, int64_t stride) {
  constexpr int kChains = 4;
  Vector sum[kChains][kWide] = {};
  int64_t i = 0;
  for (; i + kChains <= count; i += kChains) {
    for (int chain = 0; chain < kChains; ++chain) {
      const Element* row = rows + (i + chain) * stride;
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

inline float Number(float value) { return value; }
inline float Number(Bfloat16 value) { return LoadSome(&value, 1)[0]; }

template <typename Element>
void Attend(float* out, float* scores, const float* q, const Element* keys,
            const Element* values, int64_t length, int64_t D, float scale) {
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
    for (int64_t i = 0; i < length; ++i) sum += scores[i] * Number(values[i * D + d]);
    out[d] = sum;
  }
}

// Of two neighbouring bfloat16 in a 32-bit lane, the first and the second as
// fp32: an instruction each, half of what widening one by one takes.
inline Vector FirstOfPairs(Words pairs) { return (Vector)(pairs << 16); }
inline Vector SecondOfPairs(Words pairs) {
  return (Vector)(pairs & 0xffff0000u);
}

inline Words LoadPairs(const Bfloat16* from) {
  Words pairs;
  __builtin_memcpy(&pairs, from, sizeof pairs);
  return pairs;
}

// Attention in kPairs vectors of pairs: D = 2 · kLanes · kPairs.
template <int kPairs>
void AttendInPairs(float* out, float* scores, const float* q,
                   const Bfloat16* keys, const Bfloat16* values, int64_t length,
                   float scale) {
  constexpr int64_t kD = 2 * kLanes * kPairs;
  constexpr int kTogether = 4;  // keys, whose lanes are added up in one go
  Vector first[kPairs], second[kPairs];
  for (int p = 0; p < kPairs; ++p) {
    for (int lane = 0; lane < kLanes; ++lane) {
      first[p][lane] = q[2 * (p * kLanes + lane)];
      second[p][lane] = q[2 * (p * kLanes + lane) + 1];
    }
  }
  const auto dot = [&](const Bfloat16* key) {
    Vector sum = {};
    for (int p = 0; p < kPairs; ++p) {
      const Words pairs = LoadPairs(key + 2 * kLanes * p);
      sum += first[p] * FirstOfPairs(pairs);
      sum += second[p] * SecondOfPairs(pairs);
    }
    return sum;
  };
  // Four rows, some ahead: the last keys ask for the first values.
  constexpr int64_t kAhead = 4096 / (sizeof(Bfloat16) * kD);
  const auto ask = [&](const Bfloat16* rows) {
    for (int64_t at = 0; at < kTogether * kD; at += 64 / sizeof(Bfloat16)) {
      __builtin_prefetch(rows + at);
    }
  };
  int64_t i = 0;
  for (; i + kTogether <= length; i += kTogether) {
    const int64_t next = i + kAhead;
    ask(next < length ? keys + next * kD : values + (next - length) * kD);
    const Bfloat16* key = keys + i * kD;
    const Vector sums = AddLanesOfFour(dot(key), dot(key + kD),
                                       dot(key + 2 * kD), dot(key + 3 * kD));
    __builtin_memcpy(scores + i, &sums, kTogether * sizeof(float));
  }
  for (; i < length; ++i) scores[i] = AddLanes(dot(keys + i * kD));
  Softmax(scores, length, scale);

  constexpr int kChains = 4;  // or each addition would wait for the one before
  Vector sum[kChains][2 * kPairs] = {};
  const auto add = [&](Vector* to, int64_t at) {
    for (int p = 0; p < kPairs; ++p) {
      const Words pairs = LoadPairs(values + at * kD + 2 * kLanes * p);
      to[2 * p] += scores[at] * FirstOfPairs(pairs);
      to[2 * p + 1] += scores[at] * SecondOfPairs(pairs);
    }
  };
  for (i = 0; i + kChains <= length; i += kChains) {
    ask(values + (i + kAhead) * kD);
    for (int chain = 0; chain < kChains; ++chain) add(sum[chain], i + chain);
  }
  for (; i < length; ++i) add(sum[0], i);
  for (int v = 0; v < 2 * kPairs; ++v) {
    const Vector all = (sum[0][v] + sum[1][v]) + (sum[2][v] + sum[3][v]);
    for (int lane = 0; lane < kLanes; ++lane) {
      out[2 * (v / 2 * kLanes + lane) + v % 2] = all[lane];
    }
  }
}

// Heads of GPT-2 are 64 wide; other widths are widened number by number.
void AttendBf16(float* out, float* scores, const float* q, const Bfloat16* keys,
                const Bfloat16* values, int64_t length, int64_t D,
                float scale) {
  constexpr int kPairs = 64 / (2 * kLanes);
  if (D == 64) {
    AttendInPairs<kPairs>(out, scores, q, keys, values, length, scale);
  } else {
    Attend(out, scores, q, keys, values, length, D, scale);
  }
}
