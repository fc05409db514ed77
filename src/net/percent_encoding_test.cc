#include "net/percent_encoding.h"

#include <gtest/gtest.h>

namespace artspeak::net {
namespace {

TEST(PercentEncoding, EveryByteComesBack) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string all, encoded;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
    encoded += {'%', kDigits[byte / 16], kDigits[byte % 16]};
  }
  EXPECT_EQ(PercentDecode(encoded), all);
}

TEST(PercentEncoding, MalformedIsRefused) {
  for (const char* text : {"%", "a%", "%4", "%4g", "%g4", "%%41", "%-1"}) {
    EXPECT_FALSE(PercentDecode(text)) << text;
  }
  EXPECT_EQ(PercentDecode("%e4%E4"), "\xE4\xE4");
}

}  // namespace
}  // namespace artspeak::net
