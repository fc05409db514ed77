#include "exchange/model_alias.h"

#include <gtest/gtest.h>

namespace artspeak::exchange {
namespace {

TEST(ModelAlias, ASizeIsAModelOfTheHub) {
  EXPECT_EQ(HubNameOfSize("124M"), "gpt2");
  EXPECT_EQ(HubNameOfSize("1558M"), "gpt2-xl");
  EXPECT_EQ(HubNameOfSize("gpt2"), std::nullopt);
  EXPECT_EQ(HubNameOfSize(""), std::nullopt);
}

}  // namespace
}  // namespace artspeak::exchange
