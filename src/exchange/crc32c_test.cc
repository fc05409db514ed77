#include "exchange/crc32c.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/random.h"

namespace artspeak::exchange {
namespace {

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// RFC 3720, section B.4, and the check value of CRC catalogues.
TEST(Crc32c, GivesThePublishedValues) {
  std::string rising;
  for (int i = 0; i < 32; ++i) rising += static_cast<char>(i);
  for (const auto& crc : {Crc32c, Crc32cPlain}) {
    EXPECT_EQ(crc(Bytes("")), 0u);
    EXPECT_EQ(crc(Bytes("123456789")), 0xe3069283u);
    EXPECT_EQ(crc(Bytes(std::string(32, '\0'))), 0x8a9136aau);
    EXPECT_EQ(crc(Bytes(std::string(32, '\xff'))), 0x62a8ab43u);
    EXPECT_EQ(crc(Bytes(rising)), 0x46dd794eu);
  }
}

TEST(Crc32c, TheInstructionAndTheTableAgreeAtEveryLengthAndPlace) {
  base::RandomStream random(1);
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += static_cast<char>(random.Below(256));
  for (size_t start = 0; start < 16; ++start) {
    for (size_t length = 0; start + length <= bytes.size(); ++length) {
      const auto part = Bytes(bytes).subspan(start, length);
      ASSERT_EQ(Crc32c(part), Crc32cPlain(part)) << start << " " << length;
    }
  }
}

// The checksum of an empty block in every table that TensorFlow writes.
TEST(Crc32c, IsMaskedAsInTheFiles) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(MaskedCrc32c(Bytes("\0\0\0\0\1\0\0\0\0"sv)), 0xb0a1f2c0u);
}

}  // namespace
}  // namespace artspeak::exchange
