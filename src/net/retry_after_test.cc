#include "net/retry_after.h"

#include <gtest/gtest.h>

namespace artspeak::net {
namespace {

using base::Seconds;

TEST(RetryAfter, IsSecondsOrADate) {
  // 1994-11-06 08:49:00 UTC
  const base::UnixTime now(std::chrono::seconds(784'111'740));
  EXPECT_EQ(ParseRetryAfter("120", now), Seconds(120));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", now), Seconds(37));
  EXPECT_EQ(ParseRetryAfter("Sat, 05 Nov 1994 08:49:37 GMT", now), Seconds(0));
  for (const char* nonsense : {"", "soon", "-1", "1e9", "99999999999"}) {
    EXPECT_EQ(ParseRetryAfter(nonsense, now), std::nullopt) << nonsense;
  }
}

}  // namespace
}  // namespace artspeak::net
