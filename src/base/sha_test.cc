#include "base/sha.h"

#include <gtest/gtest.h>

#include <utility>

namespace artspeak::base {
namespace {

std::string Hex(ShaKind kind, std::string_view text) {
  Sha hash(kind);
  hash.Update(text);
  return hash.FinishHex();
}

// The examples that NIST publishes for FIPS 180-4.
TEST(Sha, AgreesWithTheSpecification) {
  EXPECT_EQ(Hex(ShaKind::kSha1, "abc"),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Hex(ShaKind::kSha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(ShaKind::kSha256, ""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha, IsTheSameInPiecesAndWhenMoved) {
  Sha begun(ShaKind::kSha256);
  begun.Update("archive of ");
  Sha hash = std::move(begun);
  hash.Update("writing");
  EXPECT_EQ(hash.FinishHex(), Hex(ShaKind::kSha256, "archive of writing"));
}

}  // namespace
}  // namespace artspeak::base
