#include "net/percent_encoding.h"

#include <gtest/gtest.h>

namespace artspeak::net {
namespace {

TEST(PercentEncoding, EveryByteComesBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string encoded = PercentEncode(all);
  EXPECT_EQ(PercentDecode(encoded), all);
  EXPECT_EQ(encoded.find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                "-._~%"),
            std::string::npos);
}

TEST(PercentEncoding, MalformedIsRefused) {
  for (const char* text : {"%", "a%", "%4", "%4g", "%g4", "%%41", "%-1"}) {
    EXPECT_FALSE(PercentDecode(text)) << text;
  }
  EXPECT_EQ(PercentDecode("%e4%E4"), "\xE4\xE4");
}

}  // namespace
}  // namespace artspeak::net
