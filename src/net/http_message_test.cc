#include "net/http_message.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace artspeak::net {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(ParseForm, ReadsFieldsInOrder) {
  EXPECT_EQ(ParseForm("prompt=My+work%2C+I+think&e=7&empty=&flag&prompt=2"),
            (Fields{{"prompt", "My work, I think"},
                    {"e", "7"},
                    {"empty", ""},
                    {"flag", ""},
                    {"prompt", "2"}}));
  EXPECT_EQ(ParseForm(""), Fields{});
  EXPECT_EQ(ParseForm("&&a=b=c&"), (Fields{{"a", "b=c"}}));
  EXPECT_EQ(ParseForm("t=%C3%A4%00%2B"),
            (Fields{{"t", std::string("\xC3\xA4\0+", 4)}}));
}

TEST(ParseForm, MalformedIsRefused) {
  EXPECT_THROW(ParseForm("a=%"), base::Error);
  EXPECT_THROW(ParseForm("%zz=1"), base::Error);
}

TEST(ParseForm, TooManyFieldsAreRefused) {
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a=1&";
  EXPECT_THROW(ParseForm(many), base::Error);
}

TEST(FindHeader, IgnoresCase) {
  const std::vector<Header> headers = {{"Content-Type", "a"}, {"X", "b"}};
  ASSERT_NE(FindHeader(headers, "content-TYPE"), nullptr);
  EXPECT_EQ(*FindHeader(headers, "content-TYPE"), "a");
  EXPECT_EQ(FindHeader(headers, "Content"), nullptr);
}

}  // namespace
}  // namespace artspeak::net
