#include "corpus/statistics.h"

#include <gtest/gtest.h>

#include "text/trainer.h"

namespace artspeak::corpus {
namespace {

TEST(DatasetStatistics, CountDocumentsWordsAndTokens) {
  const std::vector<Document> documents = {{"one two", "", "", "", ""},
                                           {"One, two!", "", "", "", ""},
                                           {" a\nb  c d\t", "", "", "", ""}};
  const text::Tokenizer tokenizer =
      text::TrainTokenizer(std::vector<std::string>{"a"}, 257, {});
  const DatasetStatistics statistics =
      ComputeStatistics(documents, &tokenizer, {});
  EXPECT_EQ(statistics.documents, 3);
  EXPECT_EQ(statistics.bytes, 26);
  EXPECT_EQ(statistics.duplicates, 1);
  EXPECT_EQ(statistics.words.total, 8);
  EXPECT_EQ(statistics.words.shortest, 2);
  EXPECT_EQ(statistics.words.median, 2);
  EXPECT_EQ(statistics.words.longest, 4);
  EXPECT_EQ(statistics.tokens->total, 26);
  EXPECT_FALSE(ComputeStatistics(documents, nullptr, {}).tokens);
}

TEST(DatasetStatistics, DocumentsOfTokensAreCountedWithoutATokenizer) {
  std::vector<Document> documents(3);
  documents[0].tokens = {1, 2, 3};
  documents[1].tokens = {4};
  documents[2].tokens = {1, 2, 3};
  const DatasetStatistics statistics = ComputeStatistics(documents, {}, {});
  EXPECT_EQ(statistics.documents, 3);
  EXPECT_EQ(statistics.duplicates, 1);
  ASSERT_TRUE(statistics.tokens);
  EXPECT_EQ(statistics.tokens->total, 7);
  EXPECT_EQ(statistics.tokens->longest, 3);
}

}  // namespace
}  // namespace artspeak::corpus
