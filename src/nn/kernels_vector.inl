// The vectors that kernels.inl is written with: loads, stores, sums, exp. Part
// of it; see there.

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

// The same of bfloat16: each widens to the upper half of its lane.
typedef uint16_t Halves __attribute__((vector_size(kVectorBytes / 2)));

inline Vector Load(const Bfloat16* from) {
  Halves halves;
  __builtin_memcpy(&halves, from, sizeof halves);
  return (Vector)(__builtin_convertvector(halves, Words) << 16);
}

inline Vector LoadSome(const Bfloat16* from, int64_t count) {
  Words words = {};
  for (int64_t i = 0; i < count; ++i) words[i] = from[i].bits;
  return (Vector)(words << 16);
}

// Not a number stays none: its quiet bit is set where rounding would carry.
inline Words RoundToHalf(Vector v) {
  const Words bits = (Words)v;
  const Words rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return v == v ? rounded : (bits >> 16 | 0x40);
}

void RoundToBf16(Bfloat16* out, const float* in, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Halves halves =
        __builtin_convertvector(RoundToHalf(Load(in + i)), Halves);
    __builtin_memcpy(out + i, &halves, sizeof halves);
  }
  if (i == count) return;
  const Words words = RoundToHalf(LoadSome(in + i, count - i));
  for (int64_t k = 0; i + k < count; ++k) {
    out[i + k].bits = static_cast<uint16_t>(words[k]);
  }
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
