#include "decode/sampling_options.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"

namespace artspeak::decode {
namespace {

TEST(SamplingOptions, RefuseWhatMakesNoSense) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NO_THROW((SamplingOptions{0, 0, 1}.Validate()));
  EXPECT_THROW((SamplingOptions{1, 0, 90}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{-1, 0, 0}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{nan, 0, 0}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{INFINITY, 0, 0}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{1, -1, 0}.Validate()), base::Error);
  for (float bad : {-0.1f, 1.1f, nan}) {
    EXPECT_THROW((SamplingOptions{.top_p = bad}.Validate()), base::Error);
    EXPECT_THROW((SamplingOptions{.min_p = bad}.Validate()), base::Error);
    EXPECT_THROW((SamplingOptions{.typical_p = bad}.Validate()), base::Error);
  }
  for (float bad : {0.0f, -1.0f, 101.0f, nan}) {
    EXPECT_THROW((SamplingOptions{.repetition_penalty = bad}.Validate()),
                 base::Error);
  }
  for (float bad : {1001.0f, -INFINITY, nan}) {
    EXPECT_THROW((SamplingOptions{.logit_bias = {{1, bad}}}.Validate()),
                 base::Error);
  }
  EXPECT_THROW((SamplingOptions{.banned = {""}}.Validate()), base::Error);
  EXPECT_THROW((SamplingOptions{.banned = {"\xc3"}}.Validate()), base::Error);
}

}  // namespace
}  // namespace artspeak::decode
