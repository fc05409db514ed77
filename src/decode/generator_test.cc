#include "decode/generator.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/utf8.h"
#include "tests/support/reciting_model.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::decode {
namespace {

class GeneratorTest : public ::testing::Test {
 protected:
  GeneratorTest() {
    testing::SaveTinyModel(directory_.path(), 16);
    model_ = LoadedModel::Load(directory_.path());
    options_.length = 100;
    options_.nsamples = 3;
    options_.sampling.temperature = 1;
    options_.stop_at_end_of_text = false;
    options_.seed = 11;
  }

  std::vector<Sample> Run(std::string_view prompt,
                          const GenerateOptions& options) {
    return Generate(model_, pool_, prompt, options).samples;
  }

  testing::TempDir directory_;
  LoadedModel model_;
  base::ThreadPool pool_{1};
  GenerateOptions options_;
};

TEST_F(GeneratorTest, WritesExactlyTheLengthWithoutStops) {
  for (const Sample& sample : Run("The light", options_)) {
    EXPECT_EQ(sample.tokens, 100);
    EXPECT_EQ(sample.finish, Finish::kLength);
    EXPECT_TRUE(base::IsValidUtf8(sample.text));
  }
}

TEST_F(GeneratorTest, TheSeedDecidesTheTexts) {
  const auto first = Run("The light", options_);
  const auto again = Run("The light", options_);
  options_.nsamples = 1;
  const auto fewer = Run("The light", options_);
  options_.seed = 12;
  const auto other = Run("The light", options_);
  EXPECT_EQ(first[0].text, again[0].text);
  EXPECT_EQ(first[2].text, again[2].text);
  EXPECT_EQ(first[0].text, fewer[0].text);
  EXPECT_NE(first[0].text, other[0].text);
  EXPECT_NE(first[0].text, first[1].text);
}

TEST_F(GeneratorTest, EndsBeforeAStopTextWhereverItLies) {
  const std::string whole = Run("The light", options_)[0].text;
  for (size_t begin = 3; begin + 12 < whole.size(); begin += 7) {
    const std::string stop = whole.substr(begin, 4);
    if (!base::IsValidUtf8(stop)) continue;
    options_.stop = {stop};
    const Sample sample = Run("The light", options_)[0];
    EXPECT_EQ(sample.text, whole.substr(0, whole.find(stop)));
    EXPECT_EQ(sample.finish, Finish::kStop);
    EXPECT_LE(sample.tokens, 100);
  }
}

TEST_F(GeneratorTest, EndsBeforeTheEndMarker) {
  options_.length = 1000;
  const std::string whole = Run("", options_)[0].text;
  const size_t marker = whole.find("<|endoftext|>");
  ASSERT_NE(marker, std::string::npos) << "choose another seed";
  options_.stop_at_end_of_text = true;
  const Sample sample = Run("", options_)[0];
  EXPECT_EQ(sample.text, whole.substr(0, marker));
  EXPECT_EQ(sample.finish, Finish::kStop);
}

// Two documents as gpt-2-simple trains on them.
constexpr std::string_view kMarkedText =
    "<|startoftext|>It ends.<|endoftext|>\n<|startoftext|>More<|endoftext|>\n";

TEST_F(GeneratorTest, AModelOfLiteralMarkersWritesOneDocument) {
  const text::Tokenizer tokenizer = testing::MarkerTokenizer();
  // The end marker begins within a token of the text's.
  ASSERT_EQ(tokenizer.TokenBytes(tokenizer.Encode(".<|endoftext|>").at(0)),
            ".<");
  testing::SaveRecitingModel(directory_.path(), tokenizer, kMarkedText, true);
  model_ = LoadedModel::Load(directory_.path());
  options_.sampling.temperature = 0;
  options_.stop_at_end_of_text = true;
  options_.include_prompt = true;
  options_.nsamples = 1;
  const Sample sample = Run("", options_)[0];
  EXPECT_EQ(sample.text, "It ends.");
  EXPECT_EQ(sample.finish, Finish::kStop);
  EXPECT_EQ(Run("<|startoftext|>It", options_)[0].text,
            "<|startoftext|>It ends.");
  // As text like any other, where it shall not end there.
  options_.stop_at_end_of_text = false;
  EXPECT_TRUE(Run("", options_)[0].text.starts_with(
      "It ends.<|endoftext|>\n<|startoftext|>More<|endoftext|>\n"));
}

TEST_F(GeneratorTest, AModelOfTheEndTokenBeginsAfterOneToken) {
  testing::SaveRecitingModel(directory_.path(), testing::MarkerTokenizer(),
                             "xIt ends.<|endoftext|>", false);
  model_ = LoadedModel::Load(directory_.path());
  options_.sampling.temperature = 0;
  options_.stop_at_end_of_text = true;
  EXPECT_EQ(Run("", options_)[0].text, "It ends.");
}

TEST_F(GeneratorTest, RepeatsThePromptOnlyIfAsked) {
  const auto plain = Run("The light", options_);
  options_.include_prompt = true;
  EXPECT_EQ(Run("The light", options_)[1].text, "The light" + plain[1].text);
}

TEST_F(GeneratorTest, APromptOf100000CharactersIsTaken) {
  std::string prompt;
  while (prompt.size() < 100000) prompt += "The light of the north. ";
  for (const Sample& sample : Run(prompt, options_)) {
    EXPECT_EQ(sample.tokens, 100);
  }
}

TEST_F(GeneratorTest, PiecesJoinToTheText) {
  std::vector<std::string> joined(3);
  const auto samples = Generate(model_, pool_, "The light", options_, {},
                                [&](int sample, std::string_view piece) {
                                  EXPECT_TRUE(base::IsValidUtf8(piece));
                                  joined[sample] += piece;
                                })
                           .samples;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(joined[i], samples[i].text);
}

TEST_F(GeneratorTest, AStopRequestLeavesTheTextsAsTheyAre) {
  const std::string whole = Run("The light", options_)[0].text;
  std::stop_source stop;
  options_.nsamples = 1;
  options_.length = 1000000000;
  const auto samples =
      Generate(model_, pool_, "The light", options_, stop.get_token(),
               [&](int, std::string_view) { stop.request_stop(); })
          .samples;
  EXPECT_EQ(samples[0].finish, Finish::kCancelled);
  EXPECT_TRUE(whole.starts_with(samples[0].text));
  EXPECT_FALSE(samples[0].text.empty());
}

TEST_F(GeneratorTest, AFaultIsThrown) {
  EXPECT_THROW(Generate(model_, pool_, "The light", options_, {},
                        [](int, std::string_view) {
                          throw base::Error("nobody reads this");
                        }),
               base::Error);
  options_.nsamples = 0;
  EXPECT_THROW(Run("", options_), base::Error);
}

TEST_F(GeneratorTest, ATokenizerLargerThanTheModelIsRefused) {
  gpt2::Config config = model_.model->config();
  config.vocab_size -= 1;
  gpt2::SaveModel(directory_.path(), config,
                  gpt2::InitialParameters(config, 1));
  EXPECT_THROW(LoadedModel::Load(directory_.path()), base::Error);
}

TEST_F(GeneratorTest, RowsBeyondTheTokenizerAreNeverDrawn) {
  gpt2::Config config = model_.model->config();
  config.vocab_size *= 4;
  gpt2::SaveModel(directory_.path(), config,
                  gpt2::InitialParameters(config, 1));
  model_ = LoadedModel::Load(directory_.path());
  EXPECT_EQ(Run("The light", options_)[0].tokens, 100);
}

CopyLimit LimitOf(const std::string& document, int max_words) {
  corpus::PassageIndexBuilder builder;
  builder.Add(document);
  return {.passages = builder.Finish(), .max_words = max_words};
}

TEST_F(GeneratorTest, ASampleThatCopiesIsWrittenAgainAndTheOthersStay) {
  options_.copy_limit = LimitOf("nothing of it", 0);
  const auto free = Run("The light", options_);
  EXPECT_TRUE(free[1].longest_copy);
  options_.copy_limit = LimitOf(free[1].text, 3);
  options_.include_prompt = true;
  std::string streamed;
  const auto limited = Generate(model_, pool_, "The light", options_, {},
                                [&](int sample, std::string_view piece) {
                                  if (sample == 1) streamed += piece;
                                })
                           .samples;
  EXPECT_EQ(limited[0].text, "The light" + free[0].text);
  EXPECT_EQ(limited[2].text, "The light" + free[2].text);
  EXPECT_NE(limited[1].text, "The light" + free[1].text);
  EXPECT_EQ(limited[1].text, streamed);
  EXPECT_TRUE(limited[1].text.starts_with("The light"));
  EXPECT_EQ(limited[1].finish, Finish::kLength);
  EXPECT_EQ(limited[1].tokens, 100);
  EXPECT_LE(limited[1].longest_copy.value(), 3u);

  // Its second try is the same one alone and with other threads.
  base::ThreadPool pool(3);
  options_.nsamples = 2;
  const auto again = Generate(model_, pool, "The light", options_).samples;
  EXPECT_EQ(again[1].text, limited[1].text);
}

TEST_F(GeneratorTest, AModelThatOnlyRecitesIsCutShort) {
  const std::string known = "It is oil on wood, and no more.";
  testing::SaveRecitingModel(directory_.path(), testing::MarkerTokenizer(),
                             known, false);
  model_ = LoadedModel::Load(directory_.path());
  options_.sampling.temperature = 0;
  options_.length = static_cast<int>(known.size()) - 1;
  options_.copy_limit = LimitOf(known, 5);
  for (const Sample& sample : Run("I", options_)) {
    EXPECT_EQ(sample.text, "t is oil on wood, and");
    EXPECT_EQ(sample.finish, Finish::kCopied);
    EXPECT_EQ(sample.longest_copy, 5u);
  }
}

}  // namespace
}  // namespace artspeak::decode
