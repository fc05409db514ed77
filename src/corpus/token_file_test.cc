#include "corpus/token_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "tests/support/testing.h"

namespace artspeak::corpus {
namespace {

using testing::TempDir;

TokenOrigin Origin(int vocab_size) {
  return {.dataset = "data set digest.",
          .column = "review",
          .tokenizer = "tokenizer digest",
          .vocab_size = vocab_size,
          .options = {.validation_fraction = 0.05, .seed = 7}};
}

// Not durable, so that a test may write a thousand files.
void Overwrite(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

TEST(TokenFile, IsReadBack) {
  TempDir directory;
  for (const TokenSet& set :
       {TokenSet{{1, 2, 3}, {4}}, TokenSet{{}, {}}, TokenSet{{0}, {}}}) {
    WriteTokenFile(directory / "tokens", set, Origin(5));
    const auto read = ReadTokenFile(directory / "tokens", Origin(5));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->training, set.training);
    EXPECT_EQ(read->validation, set.validation);
  }
}

TEST(TokenFile, EveryTruncationAndEveryFlippedBitIsNoticed) {
  TempDir directory;
  const auto path = directory / "tokens";
  WriteTokenFile(path, {{1, 2, 3, 4, 5}, {6, 7}}, Origin(10));
  const std::string whole = base::ReadFile(path);
  for (size_t size = 0; size < whole.size(); ++size) {
    Overwrite(path, whole.substr(0, size));
    EXPECT_THROW(ReadTokenFile(path, Origin(10)), base::Error) << size;
  }
  Overwrite(path, whole + "x");
  EXPECT_THROW(ReadTokenFile(path, Origin(10)), base::Error);
  Overwrite(path, whole + "four");
  EXPECT_THROW(ReadTokenFile(path, Origin(10)), base::Error);
  for (size_t bit = 0; bit < whole.size() * 8; bit += 3) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    Overwrite(path, flipped);
    EXPECT_THROW(ReadTokenFile(path, Origin(10)), base::Error) << bit;
  }
}

TEST(TokenFile, CountsThatLieAreRefusedWhateverTheChecksum) {
  TempDir directory;
  const auto path = directory / "tokens";
  WriteTokenFile(path, {{1, 2, 3, 4}, {5, 6}}, Origin(10));
  const std::string whole = base::ReadFile(path);
  for (const auto& [training, validation] :
       {std::pair<uint64_t, uint64_t>{4, 3},
        {4, 1},
        {6, 2},
        {7, 0},
        {~uint64_t{0}, 7},
        {3, ~uint64_t{0}},
        {0, uint64_t{1} << 62 | 6}}) {
    std::string lying = whole.substr(0, whole.size() - 16);
    std::memcpy(lying.data() + 88, &training, 8);
    std::memcpy(lying.data() + 96, &validation, 8);
    base::Blake2b checksum(16);
    checksum.Update(lying);
    Overwrite(path, lying + checksum.Finish());
    EXPECT_THROW(ReadTokenFile(path, Origin(10)), base::Error) << training;
  }
}

TEST(TokenFile, AnotherOriginIsPassedOver) {
  TempDir directory;
  const auto path = directory / "tokens";
  WriteTokenFile(path, {{1, 2}, {}}, Origin(5));
  for (const auto& change : std::vector<void (*)(TokenOrigin&)>{
           [](TokenOrigin& origin) { origin.dataset[15] = 'x'; },
           [](TokenOrigin& origin) { origin.tokenizer[0] = 'x'; },
           [](TokenOrigin& origin) { origin.vocab_size = 6; },
           [](TokenOrigin& origin) { origin.column = ""; },
           [](TokenOrigin& origin) { origin.options.literal_markers = true; },
           [](TokenOrigin& origin) {
             origin.options.validation_fraction = 0.1;
           },
           [](TokenOrigin& origin) { origin.options.seed = 8; }}) {
    TokenOrigin other = Origin(5);
    change(other);
    EXPECT_FALSE(ReadTokenFile(path, other));
  }
  EXPECT_TRUE(ReadTokenFile(path, Origin(5)));
}

TEST(TokenFile, TokensOutsideTheVocabularyAreRefused) {
  TempDir directory;
  for (const TokenSet& set : {TokenSet{{1, 5}, {}}, TokenSet{{}, {-1}}}) {
    WriteTokenFile(directory / "tokens", set, Origin(5));
    EXPECT_THROW(ReadTokenFile(directory / "tokens", Origin(5)), base::Error);
  }
  EXPECT_THROW(ReadTokenFile(directory / "none", Origin(5)), base::Error);
}

}  // namespace
}  // namespace artspeak::corpus
