// The body of moment_kernels_plain.cc, _avx2.cc and _avx512.cc: loops without
// branches, which the compiler makes vectors of. Compiled without contraction,
// so that all instruction sets give the same bits. As in kernels.inl, nothing
// here may call an inline function from elsewhere.

namespace {

constexpr int kDropped = 20;  // bits of an fp32's fraction that a code leaves
constexpr uint32_t kFirstFloorBits = (127u - 16) << 23;   // of 2^-16
constexpr uint32_t kSecondFloorBits = (127u - 32) << 23;  // of 2^-32
constexpr float kFirstFloor = 1.0f / (1 << 16);
constexpr float kSecondFloor = kFirstFloor * kFirstFloor;
constexpr uint32_t kSign = 1u << 31;
// Far below what epsilon lets count, and far from fp32's own limits.
constexpr float kLeastScale = 0x1p-80f;

inline uint32_t BitsOf(float value) {
  return __builtin_bit_cast(uint32_t, value);
}

inline float FloatOf(uint32_t bits) { return __builtin_bit_cast(float, bits); }

// A scale for numbers up to `largest`: the largest code of all, 15/16 of the
// scale, is at least theirs.
inline float ScaleFor(uint32_t largest_bits) {
  const float above = FloatOf(largest_bits) * (1.0f + 1.0f / 14);
  const float scale = FloatOf(BitsOf(above) & 0x7f800000u) * 2;
  return scale < kLeastScale ? kLeastScale : scale;
}

// 32 random bits for place i of a block (the finalizer of MurmurHash3, between
// two keys): 16 for each moment.
inline uint32_t RandomBits(uint32_t i, uint32_t key1, uint32_t key2) {
  uint32_t x = (i * 0x9e3779b9u) ^ key1;
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x += key2;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

inline float DecodeFirst(uint32_t code, float scale) {
  const uint32_t bits = ((code & 127u) << kDropped) + kFirstFloorBits;
  const float size = (FloatOf(bits) - kFirstFloor) * scale;
  return FloatOf(BitsOf(size) | (code & 128u) << 24);
}

inline float DecodeSecond(uint32_t code, float scale) {
  const uint32_t bits = (code << kDropped) + kSecondFloorBits;
  return (FloatOf(bits) - kSecondFloor) * scale;
}

void Encode(const MomentBlock& block, int64_t count,
            const float* __restrict first, const float* __restrict second,
            uint64_t key) {
  // Numbers that are not negative are ordered as their bits are.
  uint32_t largest_first = 0, largest_second = 0;
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t m = BitsOf(first[i]) & ~kSign, v = BitsOf(second[i]);
    largest_first = largest_first > m ? largest_first : m;
    largest_second = largest_second > v ? largest_second : v;
  }
  const float first_scale = ScaleFor(largest_first);
  const float second_scale = ScaleFor(largest_second);
  *block.first_scale = first_scale;
  *block.second_scale = second_scale;
  const float first_factor = 1 / first_scale, second_factor = 1 / second_scale;
  const auto key1 = static_cast<uint32_t>(key);
  const auto key2 = static_cast<uint32_t>(key >> 32);
  uint8_t* __restrict first_codes = block.first;
  uint8_t* __restrict second_codes = block.second;
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t random = RandomBits(static_cast<uint32_t>(i), key1, key2);
    const uint32_t bits = BitsOf(first[i]);
    const float m = FloatOf(bits & ~kSign) * first_factor + kFirstFloor;
    uint32_t size =
        (BitsOf(m) - kFirstFloorBits + ((random & 0xffffu) << 4)) >> kDropped;
    size = size < 127 ? size : 127;
    first_codes[i] = static_cast<uint8_t>(size | (bits & kSign) >> 24);
    const float v = second[i] * second_factor + kSecondFloor;
    uint32_t code =
        (BitsOf(v) - kSecondFloorBits + ((random >> 16) << 4)) >> kDropped;
    code = code < 255 ? code : 255;
    second_codes[i] = static_cast<uint8_t>(code > 1 ? code : 1);
  }
}

void Decode(float* __restrict first, float* __restrict second, int64_t count,
            const MomentBlock& block) {
  const float first_scale = *block.first_scale;
  const float second_scale = *block.second_scale;
  const uint8_t* __restrict first_codes = block.first;
  const uint8_t* __restrict second_codes = block.second;
  for (int64_t i = 0; i < count; ++i) {
    first[i] = DecodeFirst(first_codes[i], first_scale);
    second[i] = DecodeSecond(second_codes[i], second_scale);
  }
}

void Adam(const AdamFactors& s, int64_t count, float* __restrict weights,
          float* __restrict gradients, const MomentBlock& block,
          uint64_t key) {
  alignas(64) float first[kMomentBlock], second[kMomentBlock];
  const float first_scale = *block.first_scale;
  const float second_scale = *block.second_scale;
  const uint8_t* __restrict first_codes = block.first;
  const uint8_t* __restrict second_codes = block.second;
  for (int64_t i = 0; i < count; ++i) {
    const float gradient =
        gradients[i] * s.gradient_scale + s.pull * weights[i];
    const float m = s.beta1 * DecodeFirst(first_codes[i], first_scale) +
                    s.rest1 * gradient;
    const float v = s.beta2 * DecodeSecond(second_codes[i], second_scale) +
                    s.rest2 * gradient * gradient;
    first[i] = m;
    second[i] = v;
    const float root = __builtin_sqrtf(v) * s.correction2 + s.epsilon;
    weights[i] = weights[i] * s.shrink - s.step_size * (m / root);
    gradients[i] = 0;
  }
  Encode(block, count, first, second, key);
}

}  // namespace

extern const MomentKernels kMomentKernels;
const MomentKernels kMomentKernels = {&Adam, &Encode, &Decode};
