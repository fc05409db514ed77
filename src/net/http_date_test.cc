#include "net/http_date.h"

#include <gtest/gtest.h>

namespace artspeak::net {
namespace {

TEST(HttpDate, ReadsWhatItWrites) {
  // The example of RFC 9110, 5.6.7.
  const std::chrono::sys_seconds time(std::chrono::seconds(784111777));
  EXPECT_EQ(FormatHttpDate(time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), time);
  EXPECT_EQ(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), time);
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994"), time);
  EXPECT_FALSE(ParseHttpDate("soon"));
}

}  // namespace
}  // namespace artspeak::net
