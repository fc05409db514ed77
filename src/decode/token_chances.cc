#include "decode/token_chances.h"

#include <algorithm>
#include <cmath>

namespace artspeak::decode {

TokenChances ChancesOf(std::span<const float> logits, text::TokenId drawn,
                       int count) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - highest);
  const double log_sum = highest + std::log(sum);
  const auto chance = [&](text::TokenId token) {
    return TokenChance{token, static_cast<float>(logits[token] - log_sum)};
  };

  // The likeliest so far, in order. Few tokens get past its last.
  TokenChances chances{chance(drawn), {}};
  std::vector<text::TokenId> best;
  const auto most = std::min(static_cast<size_t>(count), logits.size());
  for (size_t i = 0; most > 0 && i < logits.size(); ++i) {
    if (best.size() == most && !(logits[i] > logits[best.back()])) continue;
    if (best.size() == most) best.pop_back();
    const auto place = std::find_if(
        best.begin(), best.end(),
        [&](text::TokenId token) { return logits[i] > logits[token]; });
    best.insert(place, static_cast<text::TokenId>(i));
  }
  for (const text::TokenId token : best) {
    chances.likeliest.push_back(chance(token));
  }
  return chances;
}

}  // namespace artspeak::decode
