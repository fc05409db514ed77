#include "decode/candidates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace artspeak::decode {
namespace {

// Independent accumulators let the compiler use vector instructions although
// floating-point sums may not be reordered; their number fixes the order of the
// sum on every machine.
constexpr size_t kLanes = 16;

struct Extremes {
  float highest;
  bool has_nan;
};

Extremes FindExtremes(std::span<const float> values) {
  std::array<float, kLanes> highest;
  highest.fill(-std::numeric_limits<float>::infinity());
  std::array<uint32_t, kLanes> nan{};
  const auto see = [&](size_t lane, float value) {
    highest[lane] = value > highest[lane] ? value : highest[lane];
    nan[lane] |= value != value ? 1u : 0u;
  };
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) see(lane, values[i + lane]);
  }
  for (; i < values.size(); ++i) see(0, values[i]);
  return {*std::max_element(highest.begin(), highest.end()),
          std::any_of(nan.begin(), nan.end(), [](auto x) { return x != 0; })};
}

double Sum(std::span<const float> values) {
  constexpr size_t kBlock = 1024;  // bounds the error of the fp32 partial sums
  double sum = 0;
  for (size_t begin = 0; begin < values.size(); begin += kBlock) {
    const size_t end = std::min(values.size(), begin + kBlock);
    std::array<float, kLanes> lanes{};
    size_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        lanes[lane] += values[i + lane];
      }
    }
    for (; i < end; ++i) lanes[0] += values[i];
    for (float lane : lanes) sum += lane;
  }
  return sum;
}

// Where ExpOfNegative gives 0: there n = -127, whose power of two is written 0.
constexpr float kLeastExponent = -88.0f;

// e^x for kLeastExponent <= x <= 0 within 2 units in the last place; 0 below
// -87.6. Arithmetic alone, so that a loop over it becomes vector instructions
// and the weights do not depend on the C library. x = n ln 2 + r,
// |r| <= ln 2 / 2; the polynomial is Taylor's to r^7 (the rest is below 2^-27).
inline float ExpOfNegative(float x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds
  const float n = (x * 1.44269504f + kRound) - kRound;
  const float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  return p * std::bit_cast<float>((static_cast<int32_t>(n) + 127) << 23);
}

// An integer that orders as the floats do.
inline uint32_t OrderedBits(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  return bits ^ ((bits >> 31) != 0 ? 0xffffffffu : 0x80000000u);
}

// The digits of OrderedBits, highest first: 11 + 11 + 10 bits.
struct Digit {
  int shift;
  int bits;
};
constexpr std::array<Digit, 3> kDigits = {{{21, 11}, {10, 11}, {0, 10}}};

}  // namespace

void Candidates::Assign(std::span<const float> logits) {
  const Extremes extremes = FindExtremes(logits);
  if (extremes.has_nan || !(extremes.highest < INFINITY)) {
    throw base::Error(
        "the model computes values that are not numbers: its weights are "
        "damaged or its training diverged; use an earlier checkpoint");
  }
  if (extremes.highest == -INFINITY) {
    throw base::Error("no token is allowed to come next: allow more tokens");
  }
  highest_ = extremes.highest;
  size_ = logits.size();
  if (tokens_.size() < size_) {
    tokens_.resize(size_);
    logits_.resize(size_);
    weights_.resize(size_);
  }
  std::iota(tokens_.begin(), tokens_.begin() + size_, 0);
  // Adding 0 turns -0 into +0, which OrderedBits would tell apart.
  for (size_t i = 0; i < size_; ++i) logits_[i] = logits[i] + 0.0f;
}

void Candidates::KeepTopK(int k) {
  if (static_cast<size_t>(k) >= size_) return;
  KeepTop(k, [](size_t) { return 1.0; });
}

void Candidates::Weigh(float temperature) {
  const float scale = 1.0f / std::max(temperature, 1e-6f);
  const float highest = highest_;
  const float* logits = logits_.data();
  float* weights = weights_.data();
  const size_t size = size_;
  // Two loops: in one, the compiler branches on the bound instead of using
  // vector instructions.
  for (size_t i = 0; i < size; ++i) {
    weights[i] = std::max((logits[i] - highest) * scale, kLeastExponent);
  }
  for (size_t i = 0; i < size; ++i) weights[i] = ExpOfNegative(weights[i]);
}

void Candidates::KeepTopP(float p) {
  const double total = Sum(weights());
  // Tokens of less than (1 - p) / size of the whole make up less than 1 - p
  // together, so the rest holds all that can stay. It is usually a hundredth of
  // the vocabulary. The factor is for rounding.
  const float least = static_cast<float>(0.999 * (1.0 - p) * total /
                                         static_cast<double>(size_));
  const float* weights = weights_.data();
  KeepIf([weights, least](size_t i) { return weights[i] >= least; });
  KeepTop(p * total, [weights](size_t i) { return double{weights[i]}; });
}

text::TokenId Candidates::Draw(base::RandomStream& random) const {
  double total = 0;
  for (float weight : weights()) total += weight;
  const double place = random.Uniform() * total;
  double before = 0;
  size_t last = 0;  // rounding may leave `place` past the end
  for (size_t i = 0; i < size_; ++i) {
    if (weights_[i] == 0) continue;
    before += weights_[i];
    if (place < before) return tokens_[i];
    last = i;
  }
  return tokens_[last];
}

text::TokenId Candidates::Best() const {
  const auto end = logits_.begin() + size_;
  return tokens_[std::find(logits_.begin(), end, highest_) - logits_.begin()];
}

// From the highest logit down, keeps a candidate while the amounts before it
// sum to less than `limit`. A radix selection: each digit's pass finds the
// bucket in which the sum crosses the limit, among the candidates that share
// the digits found before. Linear whatever the logits are.
template <typename Amount>
void Candidates::KeepTop(double limit, const Amount& amount) {
  double above = 0;     // sum of all above the bucket
  uint32_t prefix = 0;  // the digits found so far
  int known = 32;       // bits below the prefix
  for (const Digit digit : kDigits) {
    const uint32_t mask = (1u << digit.bits) - 1;
    sums_.assign(size_t{mask} + 1, 0.0);
    for (size_t i = 0; i < size_; ++i) {
      const uint64_t key = OrderedBits(logits_[i]);
      if ((key >> known) != prefix) continue;
      sums_[(key >> digit.shift) & mask] += amount(i);
    }
    uint32_t bucket = mask;
    while (bucket > 0 && above + sums_[bucket] < limit) {
      above += sums_[bucket--];
    }
    prefix = (prefix << digit.bits) | bucket;
    known = digit.shift;
  }
  // What is left are equal logits; the lower ids come first.
  KeepIf([&](size_t i) {
    const uint32_t key = OrderedBits(logits_[i]);
    if (key != prefix) return key > prefix;
    if (above >= limit) return false;
    above += amount(i);
    return true;
  });
}

template <typename Predicate>
void Candidates::KeepIf(const Predicate& keep) {
  size_t kept = 0;
  for (size_t i = 0; i < size_; ++i) {
    if (!keep(i)) continue;
    tokens_[kept] = tokens_[i];
    logits_[kept] = logits_[i];
    weights_[kept] = weights_[i];
    ++kept;
  }
  size_ = kept;
}

}  // namespace artspeak::decode
