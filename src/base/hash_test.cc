#include "base/hash.h"

#include <gtest/gtest.h>

namespace artspeak::base {
namespace {

// RFC 7693, appendix A.
TEST(Blake2b, AgreesWithTheSpecification) {
  EXPECT_EQ(Blake2bHex("abc", 64),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

// The first lines of the keyed test vectors that BLAKE2's authors publish
// (blake2-kat.json): the key is the bytes 0 to 63.
TEST(Blake2b, AgreesWithThePublishedVectorsUnderAKey) {
  std::string key;
  for (int i = 0; i < 64; ++i) key += static_cast<char>(i);
  EXPECT_EQ(KeyedBlake2bHex(key, "", 64),
            "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
            "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568");
  EXPECT_NE(KeyedBlake2bHex("a", "text"), KeyedBlake2bHex("b", "text"));
}

TEST(Blake2b, IsTheSameInPieces) {
  Blake2b hash(16);
  hash.Update("archive of ");
  hash.Update("writing");
  Blake2b whole(16);
  whole.Update("archive of writing");
  EXPECT_EQ(hash.Finish(), whole.Finish());
}

}  // namespace
}  // namespace artspeak::base
