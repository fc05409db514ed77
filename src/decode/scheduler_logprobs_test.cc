// What a scheduler tells of single tokens.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "decode/scheduler.h"
#include "decode/sequence.h"
#include "decode/test_texts.h"
#include "gpt2/inference.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::decode {
namespace {

class TokenCollector : public Collector {
 public:
  void OnToken(int index, const DrawnToken& token) override {
    EXPECT_FALSE(ends.contains(index));
    tokens[index].push_back(token);
  }
  std::map<int, std::vector<DrawnToken>> tokens;
};

class SchedulerLogprobsTest : public ::testing::Test {
 protected:
  SchedulerLogprobsTest() {
    testing::SaveTinyModel(directory_.path(), 64);
    model_ = LoadedModel::Load(directory_.path());
  }

  std::shared_ptr<TokenCollector> Write(const TextRequest& request) {
    Scheduler scheduler(model_, pool_, {});
    auto sink = std::make_shared<TokenCollector>();
    scheduler.Add(request, sink);
    RunToEnd(scheduler);
    return sink;
  }

  testing::TempDir directory_;
  LoadedModel model_;
  base::ThreadPool pool_{2};
};

TEST_F(SchedulerLogprobsTest, EachTokenHasTheModelsOwnChances) {
  TextRequest request = MakeRequest(model_, "The light", 2, 30, 5);
  request.options.logprobs = 3;
  request.options.sampling.temperature = 1.5f;
  request.options.sampling.top_k = 10;
  const auto sink = Write(request);
  gpt2::Inference inference(model_.model, pool_);
  for (int index = 0; index < 2; ++index) {
    std::vector<text::TokenId> window = request.prompt;
    ASSERT_EQ(sink->tokens[index].size(), 30u);
    std::string bytes;
    for (const DrawnToken& token : sink->tokens[index]) {
      const auto logits = inference.AllLogits(window);
      const auto drawn = token.chances.drawn.token;
      EXPECT_EQ(
          token.chances,
          ChancesOf(logits.last(logits.size() / window.size()), drawn, 3));
      window.push_back(drawn);
      EXPECT_LE(token.offset, base::ToValidUtf8(bytes).size());
      bytes += model_.tokenizer->TokenBytes(drawn);
    }
  }
}

TEST_F(SchedulerLogprobsTest, NobodyHearsOfTokensUnasked) {
  TextRequest request = MakeRequest(model_, "The light", 1, 30, 5);
  const auto sink = Write(request);
  EXPECT_TRUE(sink->tokens.empty());
  request.options.logprobs = 0;
  const auto asked = Write(request);
  EXPECT_EQ(asked->tokens[0].size(), 30u);
  EXPECT_TRUE(asked->tokens[0][0].chances.likeliest.empty());
  EXPECT_EQ(asked->texts, sink->texts);
}

TEST_F(SchedulerLogprobsTest, TheTokensBeforeTheEndSpellTheText) {
  TextRequest request = MakeRequest(model_, "The light", 1, 60, 5);
  const std::string whole = Write(request)->texts[0];
  request.options.logprobs = 0;
  // Somewhere in the middle, wherever that cuts a token.
  const size_t middle = whole.find(' ', whole.size() / 2);
  ASSERT_NE(middle, std::string::npos);
  request.options.stop = {
      std::string(base::Utf8Prefix(std::string_view(whole).substr(middle), 4))};
  const auto sink = Write(request);
  const std::string& text = sink->texts[0];
  ASSERT_EQ(sink->ends[0].finish, Finish::kStop);
  std::vector<text::TokenId> ids;
  for (const DrawnToken& token : sink->tokens[0]) {
    if (token.offset < text.size()) ids.push_back(token.chances.drawn.token);
  }
  EXPECT_TRUE(
      base::ToValidUtf8(model_.tokenizer->Decode(ids)).starts_with(text));
}

TEST_F(SchedulerLogprobsTest, ATokenWithinACharacterStandsWhereThatBegins) {
  Sequence sequence({1}, TextOptions(), base::RandomStream(1),
                    *model_.tokenizer, model_.model->config());
  std::vector<size_t> offsets;
  for (const text::TokenId token : model_.tokenizer->Encode("a京b")) {
    offsets.push_back(sequence.decoded_bytes());
    sequence.Accept(token);
  }
  EXPECT_EQ(offsets, (std::vector<size_t>{0, 1, 1, 1, 4}));
}

}  // namespace
}  // namespace artspeak::decode
