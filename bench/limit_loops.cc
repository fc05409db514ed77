#include "bench/limit_loops.h"

#include <immintrin.h>

#include <cstring>

namespace artspeak::bench {
namespace {

// Independent sums: more than the units there are times their latency (2 × 4
// or 2 × 5), few enough for the registers.
constexpr int kChains = 12;

#define ARTSPEAK_UNROLL _Pragma("GCC unroll 12")

__attribute__((target("avx2,fma"))) double Fp32Avx2(int64_t turns) {
  const __m256 factor = _mm256_set1_ps(0.75f), term = _mm256_set1_ps(0.25f);
  __m256 sums[kChains];
  for (int k = 0; k < kChains; ++k) sums[k] = _mm256_set1_ps(float(k));
  for (int64_t turn = 0; turn < turns; ++turn) {
    ARTSPEAK_UNROLL
    for (int k = 0; k < kChains; ++k) {
      sums[k] = _mm256_fmadd_ps(sums[k], factor, term);
    }
  }
  double all = 0;
  for (const __m256& sum : sums) all += _mm256_cvtss_f32(sum);
  return all;
}

__attribute__((target("avx512f"))) double Fp32Avx512(int64_t turns) {
  const __m512 factor = _mm512_set1_ps(0.75f), term = _mm512_set1_ps(0.25f);
  __m512 sums[kChains];
  for (int k = 0; k < kChains; ++k) sums[k] = _mm512_set1_ps(float(k));
  for (int64_t turn = 0; turn < turns; ++turn) {
    ARTSPEAK_UNROLL
    for (int k = 0; k < kChains; ++k) {
      sums[k] = _mm512_fmadd_ps(sums[k], factor, term);
    }
  }
  double all = 0;
  for (const __m512& sum : sums) all += _mm512_cvtss_f32(sum);
  return all;
}

__attribute__((target("avx512f,avx512bf16"))) double Bf16(int64_t turns) {
  const __m512bh x = (__m512bh)_mm512_set1_epi32(0x3f003f00);  // 0.5
  __m512 sums[kChains];
  for (int k = 0; k < kChains; ++k) sums[k] = _mm512_set1_ps(float(k));
  for (int64_t turn = 0; turn < turns; ++turn) {
    ARTSPEAK_UNROLL
    for (int k = 0; k < kChains; ++k) sums[k] = _mm512_dpbf16_ps(sums[k], x, x);
  }
  double all = 0;
  for (const __m512& sum : sums) all += _mm512_cvtss_f32(sum);
  return all;
}

__attribute__((target("avx512f,avx512vnni"))) double Int8(int64_t turns) {
  const __m512i bytes = _mm512_set1_epi8(3);
  __m512i sums[kChains];
  for (int k = 0; k < kChains; ++k) sums[k] = _mm512_set1_epi32(k);
  for (int64_t turn = 0; turn < turns; ++turn) {
    ARTSPEAK_UNROLL
    for (int k = 0; k < kChains; ++k) {
      sums[k] = _mm512_dpbusd_epi32(sums[k], bytes, bytes);
    }
  }
  double all = 0;
  for (const __m512i& sum : sums) {
    int32_t lanes[16];
    _mm512_storeu_si512(lanes, sum);
    all += lanes[0];
  }
  return all;
}

}  // namespace

uint64_t ReadAll(std::span<const std::byte> bytes) {
  typedef uint64_t Words __attribute__((vector_size(16)));
  constexpr size_t kStep = 16 * sizeof(Words);  // 16 sums: none waits for one
  constexpr size_t kAhead = 4096;               // one page, as the products ask
  Words sums[16] = {};
  for (size_t at = 0; at + kStep <= bytes.size(); at += kStep) {
    Words words[16];
    std::memcpy(words, bytes.data() + at, sizeof words);
    for (size_t line = 0; line < kStep; line += 64) {
      __builtin_prefetch(bytes.data() + at + kAhead + line);
    }
    for (int k = 0; k < 16; ++k) sums[k] += words[k];
  }
  uint64_t all = 0;
  for (const Words& sum : sums) all ^= sum[0] ^ sum[1];
  return all;
}

std::optional<ArithmeticLoop> Fp32Loop() {
  if (__builtin_cpu_supports("avx512f")) {
    return ArithmeticLoop{kChains * 16 * 2, &Fp32Avx512};
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return ArithmeticLoop{kChains * 8 * 2, &Fp32Avx2};
  }
  return std::nullopt;
}

std::optional<ArithmeticLoop> Bf16Loop() {
  if (!__builtin_cpu_supports("avx512bf16")) return std::nullopt;
  return ArithmeticLoop{kChains * 32 * 2, &Bf16};
}

std::optional<ArithmeticLoop> Int8Loop() {
  if (!__builtin_cpu_supports("avx512vnni")) return std::nullopt;
  return ArithmeticLoop{kChains * 64 * 2, &Int8};
}

}  // namespace artspeak::bench
