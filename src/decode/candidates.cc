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

constexpr text::TokenId kLastId = std::numeric_limits<text::TokenId>::max();

// Keys this near to each other in bits are few among usual ones: weights within
// 1/32 of an octave, scores within 1/64.
constexpr int32_t kFewBits = 1 << 18;

// One more than the bits of the largest weight, 1.
constexpr int32_t kMostBits = std::bit_cast<int32_t>(1.0f) + 1;

// Not above the logarithm of x > 0. Of exact operations only, so that every
// machine gives the same.
double LogAtMost(double x) {
  int exponent;
  std::frexp(x, &exponent);  // x >= 2^(exponent - 1)
  return 0.7 * std::min(exponent - 1, 0) + 0.69 * std::max(exponent - 1, 0);
}

}  // namespace

void Candidates::Assign(std::span<const float> logits) {
  size_ = logits.size();
  const size_t blocks = size_ / kBlock + 1;  // one more than needed, sometimes
  const size_t padded = blocks * kBlock;
  scores_.resize(padded);
  weights_.resize(padded);
  blocks_.resize(blocks);
  sums_.resize(blocks);
  if (!passes_.copy(scores_.data(), logits.data(), size_)) {
    throw base::Error(
        "the model computes values that are not numbers: its weights are "
        "damaged or its training diverged; use an earlier checkpoint");
  }
  std::fill(scores_.begin() + size_, scores_.end(), -INFINITY);
}

float Candidates::Highest() const {
  const float highest = passes_.highest(scores_.data(), scores_.size());
  if (highest == -INFINITY) {
    throw base::Error("no token is allowed to come next: allow more tokens");
  }
  return highest;
}

text::TokenId Candidates::Best() const {
  return std::find(scores_.begin(), scores_.end(), Highest()) - scores_.begin();
}

void Candidates::Weigh(float temperature) {
  const float highest = Highest();
  row_ = {scores_.data(), weights_.data(), blocks_.data(), sums_.data(),
          static_cast<int64_t>(blocks_.size())};
  passes_.weigh(row_, highest, 1.0f / std::max(temperature, 1e-6f));
}

double Candidates::Total() const {
  return std::accumulate(row_.sums, row_.sums + row_.count, 0.0);
}

void Candidates::KeepTopK(int k) {
  if (static_cast<size_t>(k) >= size_) return;
  KeepTop({row_.weights, 1, kMostBits}, Amount::kOne, k,
          static_cast<double>(size_));
}

void Candidates::KeepTopP(float p) {
  const double total = Total();
  const auto least = static_cast<float>(Negligible(p, total));
  KeepTop({row_.weights, std::max(std::bit_cast<int32_t>(least), 1), kMostBits},
          Amount::kWeight, p * total, total);
}

// Tokens that weigh less than this make up less than 1 - p of the whole
// together, so the others alone reach p. They are usually a hundredth of the
// vocabulary.
double Candidates::Negligible(float p, double total) const {
  constexpr double kForRounding = 0.999;
  return kForRounding * (1.0 - p) * total / static_cast<double>(size_);
}

void Candidates::KeepMinP(float p) {
  passes_.keep(row_, row_.weights, p, kLastId);
}

void Candidates::KeepTypicalP(float p) {
  const double total = Total();
  // Information is log(total) - score: scores near their mean are meant.
  const double mean = passes_.sum_scores(row_) / total;
  nearness_.resize(scores_.size());
  passes_.nearness(row_, nearness_.data(), static_cast<float>(mean));
  // Scores that are not negligible lie between this and 0: none of those that
  // stay is farther from the mean than both ends are.
  const double lowest = LogAtMost(Negligible(p, total));
  const double farthest =
      std::min(std::max(mean - lowest, -mean) + 0.001, 88.0);
  const auto least = kNearest - static_cast<int32_t>(farthest * kNearnessSteps);
  KeepTop({nearness_.data(), least, kNearest + 1}, Amount::kWeight, p * total,
          total);
}

// From the highest key down, keeps a candidate while the amounts before it sum
// to less than `limit`. whole: the amount of all, or more.
void Candidates::KeepTop(const Keys& keys, Amount amount, double limit,
                         double whole) {
  // The last to stay has a key in [from, below); `before` is the amount of all
  // from `below` up, and `after` that from `from` up.
  int32_t from = keys.from;
  int32_t below = keys.below;
  double before = 0;
  double after = whole;
  bool even = true;
  const auto add_up =
      amount == Amount::kOne ? passes_.count : passes_.add_up_weights;
  while (below - from > kFewBits) {
    const int32_t width = below - from;
    // Quarters; or, while that proves right, close around where the limit would
    // be reached if what is in doubt lay evenly.
    const int32_t step = even ? width / 4 : std::max(width / 16, kFewBits / 4);
    int32_t middle = from + width / 2;
    if (!even) {
      const double share = (limit - before) / (after - before);
      middle = std::clamp(below - static_cast<int32_t>(share * width),
                          from + step + 1, below - step - 1);
    }
    const std::array<int32_t, kPivots> bits = {middle - step, middle,
                                               middle + step};
    std::array<float, kPivots> pivots;
    std::array<double, kPivots> sums;
    for (int i = 0; i < kPivots; ++i) pivots[i] = std::bit_cast<float>(bits[i]);
    add_up(row_, keys.values, pivots.data(), sums.data());
    for (int i = 0; i < kPivots; ++i) {
      if (sums[i] < limit) {
        below = bits[i];
        before = sums[i];
        break;
      }
      from = bits[i];
      after = sums[i];
    }
    even = below - from > width / 4 + 1;
  }
  tokens_.resize(scores_.size());
  const auto count =
      passes_.collect(row_, keys.values, std::bit_cast<float>(from),
                      std::bit_cast<float>(below), tokens_.data());
  if (count == 0) return;  // there are no more
  const text::TokenId last = LastToStay(keys.values, amount, before, limit,
                                        std::span(tokens_).first(count));
  passes_.keep(row_, keys.values, keys.values[last], last);
}

// Of the tokens after amounts of `before`. By halves: what is in doubt is
// halved each time, so this is linear.
text::TokenId Candidates::LastToStay(const float* keys, Amount amount,
                                     double before, double limit,
                                     std::span<text::TokenId> tokens) const {
  const auto precedes = [keys](text::TokenId a, text::TokenId b) {
    return keys[a] != keys[b] ? keys[a] > keys[b] : a < b;
  };
  while (tokens.size() > 1) {
    const size_t half = tokens.size() / 2;
    std::nth_element(tokens.begin(), tokens.begin() + half, tokens.end(),
                     precedes);
    double sum = before;
    for (const text::TokenId token : tokens.first(half)) {
      sum += amount == Amount::kOne ? 1.0 : row_.weights[token];
    }
    if (sum < limit) {
      before = sum;
      tokens = tokens.subspan(half);
    } else {
      tokens = tokens.first(half);
    }
  }
  return tokens[0];
}

text::TokenId Candidates::Draw(base::RandomStream& random) const {
  double place = random.Uniform() * Total();
  int64_t b = 0;
  for (; b + 1 < row_.count && place >= row_.sums[b]; ++b) {
    place -= row_.sums[b];
  }
  const int64_t begin = row_.blocks[b] * kBlock;
  text::TokenId last = 0;  // rounding may leave `place` past the end
  for (int64_t i = begin; i < begin + kBlock; ++i) {
    if (row_.weights[i] == 0) continue;
    last = static_cast<text::TokenId>(i);
    if (place < row_.weights[i]) break;
    place -= row_.weights[i];
  }
  return last;
}

}  // namespace artspeak::decode
