// The tokens that may come next, narrowed step by step and then drawn from. No
// step sorts the vocabulary: each is a few passes over it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "decode/passes.h"
#include "text/tokenizer.h"

namespace artspeak::decode {

// First Assign; then logits() may be changed; then Best, or Weigh, any of the
// Keep steps, and Draw. Of two tokens that weigh the same the lower id counts
// as the more likely, so every step has one answer: the same on every machine.
// Its buffers are reused from token to token: nothing is allocated once they
// have their size. Not thread-safe.
class Candidates {
 public:
  explicit Candidates(const Passes& passes = BestPasses()) : passes_(passes) {}
  Candidates(const Candidates&) = delete;
  Candidates& operator=(const Candidates&) = delete;

  // All tokens, id = place in `logits`. Throws Error if a logit is not a number
  // or infinite; -infinity means "never".
  void Assign(std::span<const float> logits);

  // Before Weigh. What is written here is no NaN.
  std::span<float> logits() { return {scores_.data(), size_}; }

  // The most likely token. Throws Error if no logit is finite.
  text::TokenId Best() const;

  // Gives each candidate the weight exp((logit - highest) / temperature): the
  // probabilities but for their common factor. What weighs less than 1e-38 is
  // no candidate. temperature > 0; below 1e-6 counts as 1e-6. Throws Error if
  // no logit is finite.
  void Weigh(float temperature);

  // Keeps the k most likely. k > 0.
  void KeepTopK(int k);

  // From the most likely down, keeps a token while the weights before it sum to
  // less than `p` of the whole: the one that crosses p stays (nucleus sampling:
  // Holtzman et al., "The curious case of neural text degeneration", ICLR
  // 2020). 0 < p < 1.
  void KeepTopP(float p);

  // Keeps the tokens at least `p` times as likely as the most likely one
  // (Nguyen et al., "Turning up the heat: min-p sampling", ICLR 2025).
  // 0 < p <= 1.
  void KeepMinP(float p);

  // As KeepTopP, but from the most typical down: those whose information,
  // -log(probability), is nearest to its mean, the entropy (Meister et al.,
  // "Locally typical sampling", TACL 2023, equation 10). 0 < p < 1.
  void KeepTypicalP(float p);

  // One token with probability proportional to its weight; takes one number
  // from `random`.
  text::TokenId Draw(base::RandomStream& random) const;

  // 0: no candidate.
  std::span<const float> weights() const { return {weights_.data(), size_}; }

 private:
  enum class Amount { kOne, kWeight };

  // Positive numbers, whose bits are ordered as they are; those that can stay
  // have bits in [from, below).
  struct Keys {
    const float* values;
    int32_t from, below;
  };

  float Highest() const;
  double Total() const;
  double Negligible(float p, double total) const;
  void KeepTop(const Keys& keys, Amount amount, double limit, double whole);
  text::TokenId LastToStay(const float* keys, Amount amount, double before,
                           double limit, std::span<text::TokenId> tokens) const;

  const Passes& passes_;
  size_t size_ = 0;
  Row row_{};  // points into the next four
  std::vector<float> scores_;
  std::vector<float> weights_;
  std::vector<int32_t> blocks_;
  std::vector<float> sums_;
  // For KeepTop.
  std::vector<float> nearness_;
  std::vector<text::TokenId> tokens_;
};

}  // namespace artspeak::decode
