#include "decode/sequence.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/tiny_model.h"

namespace artspeak::decode {
namespace {

class SequenceTest : public ::testing::Test {
 protected:
  gpt2::Config Shape(int context) {
    gpt2::Config config;
    config.vocab_size = tokenizer_.vocab_size();
    config.context = context;
    config.layers = 1;
    config.width = 4;
    config.heads = 1;
    return config;
  }

  Sequence Make(const TextOptions& options) {
    const gpt2::Config config = Shape(16);
    return Sequence(FirstWindow({}, tokenizer_, config), options,
                    base::RandomStream(1), tokenizer_, config);
  }

  // What comes out while the tokens of `text`, one byte each, go in.
  static std::string AcceptBytes(Sequence& sequence, std::string_view text,
                                 const text::Tokenizer& tokenizer) {
    std::string out;
    for (char c : text) {
      if (sequence.finished()) break;
      out += sequence.Accept(tokenizer.Encode(std::string(1, c)).at(0));
    }
    return out;
  }

  text::Tokenizer tokenizer_ = testing::TinyTokenizer();
};

TEST_F(SequenceTest, AnEmptyPromptBeginsAfterTheEndMarker) {
  EXPECT_EQ(FirstWindow({}, tokenizer_, Shape(8)),
            std::vector<text::TokenId>{tokenizer_.end_of_text()});
}

TEST_F(SequenceTest, AnEmptyPromptBeginsAfterTheStartMarkerWhereThatIsText) {
  gpt2::Config config = Shape(32);
  config.literal_markers = true;
  EXPECT_EQ(tokenizer_.Decode(FirstWindow({}, tokenizer_, config)),
            "<|startoftext|>");
  EXPECT_EQ(FirstWindow({1, 2}, tokenizer_, config),
            (std::vector<text::TokenId>{1, 2}));
}

TEST_F(SequenceTest, APromptLongerThanTheContextKeepsItsLastHalfContext) {
  using Tokens = std::vector<text::TokenId>;
  EXPECT_EQ(FirstWindow({1, 2, 3, 4}, tokenizer_, Shape(4)),
            (Tokens{1, 2, 3, 4}));
  EXPECT_EQ(FirstWindow({1, 2, 3, 4, 5}, tokenizer_, Shape(4)), (Tokens{4, 5}));
  EXPECT_EQ(FirstWindow({1, 2}, tokenizer_, Shape(1)), (Tokens{2}));
}

TEST_F(SequenceTest, EndsAtTheEndMarkerAsAToken) {
  Sequence sequence = Make({});
  EXPECT_EQ(AcceptBytes(sequence, "A <", tokenizer_), "A ");
  EXPECT_EQ(sequence.Accept(tokenizer_.end_of_text()), "<");
  EXPECT_TRUE(sequence.finished());
  EXPECT_EQ(sequence.finish(), Finish::kStop);
  EXPECT_EQ(sequence.tokens(), 4);
}

TEST_F(SequenceTest, EndsAtTheEndMarkerSpelledOut) {
  Sequence sequence = Make({});
  EXPECT_EQ(AcceptBytes(sequence, "Art.<|endoftext|>More", tokenizer_), "Art.");
  EXPECT_EQ(sequence.finish(), Finish::kStop);
  EXPECT_EQ(sequence.tokens(), 17);
}

TEST_F(SequenceTest, TheEndMarkerIsTextIfAskedFor) {
  TextOptions options;
  options.stop_at_end_of_text = false;
  Sequence sequence = Make(options);
  EXPECT_EQ(sequence.Accept(tokenizer_.end_of_text()), "<|endoftext|>");
  EXPECT_FALSE(sequence.finished());
}

TEST_F(SequenceTest, StopTextsMayCutTokensAndCharactersMayCrossThem) {
  TextOptions options;
  options.stop = {"é!"};
  Sequence sequence = Make(options);
  EXPECT_EQ(AcceptBytes(sequence, "caf\xc3\xa9s, caf\xc3\xa9!", tokenizer_),
            "cafés, caf");
  EXPECT_EQ(sequence.finish(), Finish::kStop);
}

TEST_F(SequenceTest, NeverGivesHalfACharacter) {
  Sequence sequence = Make({});
  EXPECT_EQ(AcceptBytes(sequence, "a\xc3", tokenizer_), "a");
  EXPECT_EQ(AcceptBytes(sequence, "\xa9", tokenizer_), "é");
}

TEST_F(SequenceTest, ACharacterCutByTheLengthIsLeftOut) {
  TextOptions options;
  options.length = 3;
  Sequence sequence = Make(options);
  EXPECT_EQ(AcceptBytes(sequence, "ab\xc3", tokenizer_), "ab");
  EXPECT_EQ(sequence.finish(), Finish::kLength);
}

TEST_F(SequenceTest, GivesWhatItHeldBackWhenTheLengthIsReached) {
  TextOptions options;
  options.length = 3;
  Sequence sequence = Make(options);
  EXPECT_EQ(AcceptBytes(sequence, "a<|", tokenizer_), "a<|");
  EXPECT_EQ(sequence.finish(), Finish::kLength);
}

TEST_F(SequenceTest, TheWindowSlidesToItsLastHalf) {
  TextOptions options;
  options.length = 100;
  Sequence sequence = Make(options);
  for (int i = 0; i < 15; ++i) sequence.Accept(i);
  EXPECT_EQ(sequence.unread().size(), 16u);
  sequence.Accept(15);
  ASSERT_EQ(sequence.unread().size(), 8u);
  EXPECT_EQ(sequence.unread().front(), 8);
  EXPECT_EQ(sequence.unread().back(), 15);
}

TEST_F(SequenceTest, DrawsNoTokenThatCompletesABannedText) {
  TextOptions options;
  options.sampling.temperature = 0;
  options.sampling.banned = {"xy"};
  const text::TokenId x = tokenizer_.Encode("x").at(0);
  const text::TokenId y = tokenizer_.Encode("y").at(0);
  const text::TokenId z = tokenizer_.Encode("z").at(0);
  std::vector<float> logits(tokenizer_.vocab_size());
  logits[y] = 2;
  logits[z] = 1;
  Sampler sampler;
  Sequence sequence = Make(options);
  EXPECT_EQ(sequence.Draw(logits, sampler), y);
  sequence.Accept(x);
  EXPECT_EQ(sequence.Draw(logits, sampler), z);
  sequence.Accept(z);
  EXPECT_EQ(sequence.Draw(logits, sampler), y);

  // The text may have begun in the prompt.
  gpt2::Config config;
  config.vocab_size = tokenizer_.vocab_size();
  config.layers = config.heads = 1;
  config.width = config.context = 4;
  Sequence prompted({x}, options, base::RandomStream(1), tokenizer_, config);
  EXPECT_EQ(prompted.Draw(logits, sampler), z);
}

TEST_F(SequenceTest, TokensOfTheWindowAreLessLikelyIfAskedFor) {
  TextOptions options;
  options.sampling.temperature = 0;
  options.sampling.repetition_penalty = 3;
  const text::TokenId y = tokenizer_.Encode("y").at(0);
  const text::TokenId z = tokenizer_.Encode("z").at(0);
  std::vector<float> logits(tokenizer_.vocab_size());
  logits[y] = 2;
  logits[z] = 1;
  Sampler sampler;
  Sequence sequence = Make(options);
  EXPECT_EQ(sequence.Draw(logits, sampler), y);
  sequence.Accept(y);
  EXPECT_EQ(sequence.Draw(logits, sampler), z);
}

}  // namespace
}  // namespace artspeak::decode
