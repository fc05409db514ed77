#include "web/password_hash.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace artspeak::web {
namespace {

constexpr PasswordCost kCheap = {.memory_kib = 64, .passes = 1, .lanes = 1};

TEST(PasswordHash, OnlyThePasswordMatches) {
  const PasswordHash hash(HashPassword("eleven umbrellas", kCheap));
  EXPECT_TRUE(hash.Matches("eleven umbrellas"));
  EXPECT_FALSE(hash.Matches("eleven umbrella"));
  EXPECT_FALSE(hash.Matches("eleven umbrellas "));
  EXPECT_FALSE(hash.Matches(""));
}

TEST(PasswordHash, EveryHashHasASaltOfItsOwn) {
  EXPECT_NE(HashPassword("eleven umbrellas", kCheap),
            HashPassword("eleven umbrellas", kCheap));
}

TEST(PasswordHash, AGuessCostsWhatTheRfcRecommends) {
  EXPECT_TRUE(HashPassword("x").starts_with("$argon2id$v=19$m=65536,t=3,p=4$"));
}

// The reference implementation's own vector, in its test.c.
TEST(PasswordHash, HashesOfOtherProgramsAreRead) {
  EXPECT_TRUE(
      PasswordHash("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA"
                   "4rEsF5h7TKyQwu9U1bMCHGi/4")
          .Matches("password"));
}

TEST(PasswordHash, WhatIsNoHashIsRefused) {
  const std::string good = HashPassword("x", kCheap);
  for (const std::string& bad :
       {std::string(), std::string("secret"), std::string("$argon2id$"),
        good.substr(0, good.size() - 20) + "!", "$argon2i" + good.substr(9),
        std::string("$2b$12$abcdefghijklmnopqrstuv")}) {
    EXPECT_THROW(PasswordHash{bad}, base::Error) << bad;
  }
}

}  // namespace
}  // namespace artspeak::web
