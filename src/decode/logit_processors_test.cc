#include "decode/logit_processors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "decode/test_distribution.h"

namespace artspeak::decode {
namespace {

using Logits = std::vector<float>;
using Tokens = std::vector<text::TokenId>;

TEST(AddBias, AddsToTheTokensNamed) {
  Logits logits = {1, 2, kNever};
  AddBias(logits, std::vector<LogitBias>{{1, 5}, {2, 1000}, {1, -1}});
  EXPECT_EQ(logits, (Logits{1, 6, kNever}));
}

TEST(AddBias, RefusesATokenThatIsNone) {
  Logits logits(3);
  for (text::TokenId token : {-1, 3, std::numeric_limits<int>::max()}) {
    EXPECT_THROW(AddBias(logits, std::vector<LogitBias>{{token, 1}}),
                 base::Error);
  }
}

TEST(RepetitionPenalty, DividesPositiveAndMultipliesNegativeOnce) {
  RepetitionPenalty penalty;
  for (int time = 0; time < 2; ++time) {  // the second as the first
    Logits logits = {4, -4, 4, -4, 0, kNever};
    penalty.Apply(logits, Tokens{1, 5, 0, 1, 1, 4, 0}, 2);
    EXPECT_EQ(logits, (Logits{2, -8, 4, -4, 0, kNever}));
  }
}

TEST(RepetitionPenalty, StaysFinite) {
  Logits logits = {3e38f};
  RepetitionPenalty().Apply(logits, Tokens{0}, 0.01f);
  EXPECT_EQ(logits[0], std::numeric_limits<float>::max());
}

TEST(Ban, MakesTokensImpossible) {
  Logits logits = {1, 2, 3};
  Ban(logits, Tokens{2, 0, 2});
  EXPECT_EQ(logits, (Logits{kNever, 2, kNever}));
}

}  // namespace
}  // namespace artspeak::decode
