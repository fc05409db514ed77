// The tokens that may come next, narrowed step by step and then drawn from. No
// step sorts the vocabulary: each is a few linear passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "text/tokenizer.h"

namespace artspeak::decode {

// Ordered by token id throughout. Where logits are equal, the lower id counts
// as the more likely, so every step has one answer. Its buffers are reused from
// token to token: nothing is allocated once they have their size. Not
// thread-safe.
class Candidates {
 public:
  // All tokens, id = place in `logits`. Throws Error if a logit is not a number
  // or infinite, or if all are -infinity (which means "never").
  void Assign(std::span<const float> logits);

  // Keeps the k most likely.
  void KeepTopK(int k);

  // Gives each candidate the weight exp((logit - highest) / temperature): the
  // probabilities but for their common factor. temperature > 0; below 1e-6
  // counts as 1e-6.
  void Weigh(float temperature);

  // After Weigh. From the most likely down, keeps a token while the weights
  // before it sum to less than `p` of the whole: the one that crosses p stays
  // (nucleus sampling: Holtzman et al., "The curious case of neural text
  // degeneration", ICLR 2020). 0 < p < 1.
  void KeepTopP(float p);

  // After Weigh. One token with probability proportional to its weight; takes
  // one number from `random`.
  text::TokenId Draw(base::RandomStream& random) const;

  // The most likely token.
  text::TokenId Best() const;

  std::span<const text::TokenId> tokens() const {
    return {tokens_.data(), size_};
  }
  std::span<const float> logits() const { return {logits_.data(), size_}; }
  std::span<const float> weights() const { return {weights_.data(), size_}; }

 private:
  template <typename Amount>
  void KeepTop(double limit, const Amount& amount);
  template <typename Predicate>
  void KeepIf(const Predicate& keep);

  // Parallel; the first size_ entries count. weights_ is meaningless before
  // Weigh.
  size_t size_ = 0;
  std::vector<text::TokenId> tokens_;
  std::vector<float> logits_;
  std::vector<float> weights_;
  float highest_ = 0;
  std::vector<double> sums_;  // of the amounts, by digit
};

}  // namespace artspeak::decode
