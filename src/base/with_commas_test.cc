#include "base/with_commas.h"

#include <gtest/gtest.h>

namespace artspeak::base {
namespace {

TEST(WithCommas, StandAtThousands) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(1000), "1,000");
  EXPECT_EQ(WithCommas(1234567), "1,234,567");
  EXPECT_EQ(WithCommas(-999), "-999");
  EXPECT_EQ(WithCommas(-1000), "-1,000");
}

}  // namespace
}  // namespace artspeak::base
