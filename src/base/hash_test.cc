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
