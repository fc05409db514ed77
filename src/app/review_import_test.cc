#include "app/review_import.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

constexpr const char* kGood =
    R"({"id":"0a1b2c3d","prompt":"A chair","eccentricity":7,)"
    R"("created":1583020800,"texts":["One.","Two."]})";

std::vector<service::ImportedReview> Read(const std::string& content) {
  testing::TempDir directory;
  base::WriteFileAtomically(directory / "old.jsonl", content);
  return ReadReviews(directory / "old.jsonl");
}

std::string ErrorOf(const std::string& content) {
  try {
    Read(content);
  } catch (const base::Error& error) {
    return error.what();
  }
  return "";
}

std::string With(const std::string& from, const std::string& to) {
  std::string line = kGood;
  return line.replace(line.find(from), from.size(), to);
}

TEST(ReviewImport, OldReviewsAreRead) {
  const auto reviews = Read(std::string(kGood) + "\n\r\n" +
                            With("1583020800", "\"2020-03-01T00:00:00Z\""));
  ASSERT_EQ(reviews.size(), 2u);
  EXPECT_EQ(reviews[0].id, "0a1b2c3d");
  EXPECT_EQ(reviews[0].prompt, "A chair");
  EXPECT_EQ(reviews[0].eccentricity, 7);
  EXPECT_EQ(reviews[0].texts, (std::vector<std::string>{"One.", "Two."}));
  EXPECT_EQ(reviews[0].created, reviews[1].created);
}

TEST(ReviewImport, FirstBadLineIsNamed) {
  for (const std::string& bad :
       {With("0a1b2c3d", "0a1b2c3"), With("0a1b2c3d", "../x"),
        With("A chair", ""), With(":7", ":11"), With(":7", ":\"7\""),
        With("1583020800", "-1"), With("1583020800", "\"yesterday\""),
        With("1583020800", "9e99"), With("[\"One.\",\"Two.\"]", "[]"),
        With("\"One.\"", "1"), With("A chair", "\xff"), std::string("[1]"),
        std::string("{")}) {
    EXPECT_NE(ErrorOf(std::string(kGood) + "\n" + bad + "\n").find("line 2"),
              std::string::npos)
        << bad;
  }
  EXPECT_NE(ErrorOf("\n\n").find("holds no reviews"), std::string::npos);
  const std::string nested =
      std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_NE(ErrorOf(With("\"One.\"", nested)).find("line 1"),
            std::string::npos);
}

}  // namespace
}  // namespace artspeak::app
