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

// Numbers this near to each other in bits, 1/32 of an octave, are few among
// usual keys.
constexpr int32_t kFewBits = 1 << 18;

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
  KeepTop(row_.weights, Amount::kOne, k, 0);
}

void Candidates::KeepTopP(float p) {
  const double total = Total();
  // Tokens of less than (1 - p) / size of the whole make up less than 1 - p
  // together, so the rest holds all that can stay. It is usually a hundredth of
  // the vocabulary. The factor is for rounding.
  const double least = 0.999 * (1.0 - p) * total / static_cast<double>(size_);
  KeepTop(row_.weights, Amount::kWeight, p * total, static_cast<float>(least));
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
  KeepTop(nearness_.data(), Amount::kWeight, p * total, 0);
}

// From the highest key down, keeps a candidate while the amounts before it sum
// to less than `limit`. Keys are from 0 to 1, and those that can stay at least
// `least`.
void Candidates::KeepTop(const float* keys, Amount amount, double limit,
                         float least) {
  // The last to stay has a key in [from, below); `before` is the amount of all
  // from there up. The bits of positive numbers are ordered as the numbers are,
  // and nearly as their logarithms: each pass leaves a quarter of them.
  int32_t from = std::max(std::bit_cast<int32_t>(least), 1);
  int32_t below = std::bit_cast<int32_t>(1.0f) + 1;
  double before = 0;
  const auto add_up =
      amount == Amount::kOne ? passes_.count : passes_.add_up_weights;
  while (below - from > kFewBits) {
    std::array<int32_t, kPivots> bits;
    std::array<float, kPivots> pivots;
    std::array<double, kPivots> sums;
    for (int i = 0; i < kPivots; ++i) {
      bits[i] = from + (below - from) / (kPivots + 1) * (i + 1);
      pivots[i] = std::bit_cast<float>(bits[i]);
    }
    add_up(row_, keys, pivots.data(), sums.data());
    for (int i = 0; i < kPivots; ++i) {
      if (sums[i] < limit) {
        below = bits[i];
        before = sums[i];
        break;
      }
      from = bits[i];
    }
  }
  tokens_.resize(scores_.size());
  const auto count =
      passes_.collect(row_, keys, std::bit_cast<float>(from),
                      std::bit_cast<float>(below), tokens_.data());
  if (count == 0) return;  // there are no more
  const text::TokenId last =
      LastToStay(keys, amount, before, limit, std::span(tokens_).first(count));
  passes_.keep(row_, keys, keys[last], last);
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
