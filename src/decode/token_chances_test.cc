#include "decode/token_chances.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace artspeak::decode {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

TEST(TokenChances, AreTheLogarithmsOfTheSoftmax) {
  // exp: 1, 2, 3, 2; their sum is 8.
  const std::vector<float> logits = {0, std::log(2.0f), std::log(3.0f),
                                     std::log(2.0f)};
  const TokenChances chances = ChancesOf(logits, 0, 3);
  EXPECT_EQ(chances.drawn.token, 0);
  // Logits near 1 are rounded by 2^-24 each, once in the table and once here.
  EXPECT_NEAR(chances.drawn.log_probability, std::log(1.0 / 8), 2e-7);
  ASSERT_EQ(chances.likeliest.size(), 3u);
  EXPECT_EQ(chances.likeliest[0].token, 2);
  EXPECT_NEAR(chances.likeliest[0].log_probability, std::log(3.0 / 8), 2e-7);
  EXPECT_EQ(chances.likeliest[1].token, 1);  // as likely as 3, and before it
  EXPECT_EQ(chances.likeliest[2].token, 3);
}

TEST(TokenChances, HoldWithLogitsOfAnySize) {
  const TokenChances chances =
      ChancesOf(std::vector<float>{3000, -3000, kNever}, 2, 2);
  EXPECT_EQ(chances.likeliest[0], (TokenChance{0, 0.0f}));
  EXPECT_EQ(chances.likeliest[1], (TokenChance{1, -6000.0f}));
  EXPECT_EQ(chances.drawn, (TokenChance{2, kNever}));
}

TEST(TokenChances, AreAsManyAsAskedForAndAsThereAre) {
  const std::vector<float> logits = {1, 2};
  EXPECT_TRUE(ChancesOf(logits, 1, 0).likeliest.empty());
  EXPECT_EQ(ChancesOf(logits, 1, 5).likeliest.size(), 2u);
}

}  // namespace
}  // namespace artspeak::decode
