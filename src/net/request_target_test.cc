#include "net/request_target.h"

#include <gtest/gtest.h>

namespace artspeak::net {
namespace {

TEST(RequestTarget, IsDecoded) {
  const auto target = ParseRequestTarget("/a%20b/%C3%A4?q=%41");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/\xC3\xA4");
  EXPECT_EQ(target->query, "q=%41");
  EXPECT_EQ(ParseRequestTarget("http://h:80/x?y")->path, "/x");
}

TEST(RequestTarget, NonsenseIsRefused) {
  for (const char* text :
       {"", "*", "a", "?x", "h:443", "http://h", "http://h?x", "/%", "/%4",
        "/%zz", "/%00", "/%0A", "/%7f", "/%ff", "/%c0%80", "ftp://h/x"}) {
    EXPECT_FALSE(ParseRequestTarget(text)) << text;
  }
}

}  // namespace
}  // namespace artspeak::net
