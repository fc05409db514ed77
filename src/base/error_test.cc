#include "base/error.h"

#include <gtest/gtest.h>

namespace artspeak::base {
namespace {

TEST(Error, FormatsItsSentence) {
  EXPECT_STREQ(Error("{} has {} bytes", "a.bin", 3).what(),
               "a.bin has 3 bytes");
}

TEST(Error, TakesTextWithBracesAsItIs) {
  const std::string from_outside = "unexpected {} in the page";
  EXPECT_EQ(Error(from_outside).what(), from_outside);
}

}  // namespace
}  // namespace artspeak::base
