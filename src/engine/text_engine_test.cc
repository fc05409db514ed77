#include "engine/text_engine.h"

#include <gtest/gtest.h>
#include <time.h>

#include <chrono>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "decode/generator.h"
#include "tests/support/reciting_model.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::engine {
namespace {

using service::GenerationRequest;
using service::TextEnd;

// Collects texts; the test waits for what it needs.
class Collector : public service::GenerationSink {
 public:
  void OnPiece(int index, std::string_view piece) override {
    std::lock_guard lock(mutex_);
    EXPECT_FALSE(ends_.contains(index));
    texts_[index] += piece;
    changed_.notify_all();
  }
  void OnToken(int index, const service::DrawnToken& token) override {
    std::lock_guard lock(mutex_);
    drawn_[index].push_back(token);
  }
  void OnEnd(int index, const service::TextEnding& ending) override {
    std::lock_guard lock(mutex_);
    EXPECT_TRUE(ends_.emplace(index, ending.end).second);
    EXPECT_EQ(ending.end == TextEnd::kFailed, !ending.fault.empty());
    tokens_[index] = ending.tokens;
    changed_.notify_all();
  }

  void WaitForText() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !texts_.empty(); });
  }
  void WaitForEnds(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ends_.size() >= count; });
  }

  std::map<int, std::string> texts() {
    std::lock_guard lock(mutex_);
    return texts_;
  }
  std::map<int, TextEnd> ends() {
    std::lock_guard lock(mutex_);
    return ends_;
  }
  std::map<int, int> tokens() {
    std::lock_guard lock(mutex_);
    return tokens_;
  }
  std::map<int, std::vector<service::DrawnToken>> drawn() {
    std::lock_guard lock(mutex_);
    return drawn_;
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<int, std::string> texts_;
  std::map<int, TextEnd> ends_;
  std::map<int, int> tokens_;
  std::map<int, std::vector<service::DrawnToken>> drawn_;
};

class TextEngineTest : public ::testing::Test {
 protected:
  TextEngineTest() {
    testing::SaveTinyModel(directory_.path(), 16);
    model_ = decode::LoadedModel::Load(directory_.path());
  }

  static GenerationRequest Request(std::vector<uint64_t> seeds, int tokens) {
    return {.prompt = "The light",
            .seeds = std::move(seeds),
            .sampling = {.temperature = 1, .max_tokens = tokens}};
  }

  // Never ends by itself in a test's time: no draw of the end marker.
  static constexpr int kEndless = 1000000000;
  static GenerationRequest Endless(size_t texts) {
    return {.prompt = "The light",
            .seeds = std::vector<uint64_t>(texts, 4),
            .sampling = {.temperature = 0, .max_tokens = kEndless}};
  }

  testing::TempDir directory_;
  decode::LoadedModel model_;
};

TEST_F(TextEngineTest, WritesTheTextsOfTheirSeeds) {
  base::ThreadPool pool(1);
  decode::GenerateOptions options;
  options.length = 60;
  options.sampling.temperature = 1;
  options.seed = 21;
  const auto expected =
      decode::Generate(model_, pool, "The light", options).samples[0];

  TextEngine engine(model_, {.slots = 4, .threads = 1});
  const auto first = std::make_shared<Collector>();
  const auto second = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(Request({20, 21}, 60), first));
  ASSERT_TRUE(engine.Start(Request({21}, 60), second));
  first->WaitForEnds(2);
  second->WaitForEnds(1);
  EXPECT_EQ(first->texts()[1], expected.text);
  EXPECT_EQ(second->texts()[0], expected.text);
  EXPECT_EQ(second->ends()[0], expected.finish == decode::Finish::kStop
                                   ? TextEnd::kStop
                                   : TextEnd::kLength);
}

TEST_F(TextEngineTest, StopsWhereTheRequestSaysAndCountsTokens) {
  testing::SaveRecitingModel(directory_.path(), testing::MarkerTokenizer(),
                             "It is oil on wood.", false);
  TextEngine engine(decode::LoadedModel::Load(directory_.path()),
                    {.slots = 2, .threads = 1});
  EXPECT_EQ(engine.context(), 36);  // twice the text
  EXPECT_EQ(engine.CountTokens("It is"), 5);
  GenerationRequest request = Request({1}, 16);
  request.prompt = "I";
  request.sampling.temperature = 0;
  request.stop = {"wo", "oil"};
  request.logprobs = 2;
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(request, sink));
  sink->WaitForEnds(1);
  EXPECT_EQ(sink->texts()[0], "t is ");
  EXPECT_EQ(sink->ends()[0], TextEnd::kStop);
  EXPECT_EQ(sink->tokens()[0], 8);  // with those of "oil"
  const auto drawn = sink->drawn()[0];
  ASSERT_EQ(drawn.size(), 8u);
  EXPECT_EQ(drawn[1].chance.bytes, " ");
  EXPECT_EQ(drawn[1].offset, 1u);
  ASSERT_EQ(drawn[1].likeliest.size(), 2u);
  EXPECT_EQ(drawn[1].likeliest[0].bytes, " ");
  EXPECT_EQ(drawn[1].likeliest[0].log_probability,
            drawn[1].chance.log_probability);
  EXPECT_LT(drawn[1].likeliest[1].log_probability,
            drawn[1].likeliest[0].log_probability);
}

TEST_F(TextEngineTest, TextsInTheBackgroundHaveSlotsOfTheirOwn) {
  TextEngine engine(model_, {.slots = 1, .background_texts = 6, .threads = 1});
  GenerationRequest request = Endless(6);
  request.background = true;
  const auto behind = std::make_shared<Collector>();
  const auto ticket = engine.Start(request, behind);
  ASSERT_TRUE(ticket);
  EXPECT_EQ(engine.free_slots(), 1);
  behind->WaitForText();
  const auto refused = std::make_shared<Collector>();
  request.seeds = {1};
  EXPECT_FALSE(engine.Start(request, refused));
  // Those before it never end.
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(Request({21}, 10), sink));
  sink->WaitForEnds(1);
  engine.Cancel(*ticket);
  behind->WaitForEnds(6);
  ASSERT_TRUE(engine.Start(request, refused));
}

TEST_F(TextEngineTest, IsBusyFromTheFirstTextToTheEndOfTheLast) {
  std::mutex mutex;  // guards calls
  std::vector<bool> calls;
  const auto seen = [&] {
    std::lock_guard lock(mutex);
    return calls;
  };
  {
    TextEngine engine(model_,
                      {.slots = 3, .threads = 1, .on_busy = [&](bool b) {
                         std::lock_guard lock(mutex);
                         calls.push_back(b);
                       }});
    EXPECT_EQ(seen(), std::vector<bool>());
    const auto first = std::make_shared<Collector>();
    const auto second = std::make_shared<Collector>();
    const auto ticket = engine.Start(Endless(2), first);
    EXPECT_EQ(seen(), std::vector<bool>({true}));
    EXPECT_FALSE(engine.Start(Endless(2), second));  // no room
    ASSERT_TRUE(engine.Start(Request({21}, 4), second));
    second->WaitForEnds(1);
    EXPECT_EQ(seen(), std::vector<bool>({true}));
    engine.Cancel(*ticket);
    first->WaitForEnds(2);
    EXPECT_EQ(seen(), std::vector<bool>({true, false}));
    ASSERT_TRUE(engine.Start(Endless(1), std::make_shared<Collector>()));
  }
  // The engine went away in the middle of a text.
  EXPECT_EQ(seen(), std::vector<bool>({true, false, true, false}));
}

TEST_F(TextEngineTest, KeepsKeysAndValuesInTheFormatAskedFor) {
  base::ThreadPool pool(1);
  decode::GenerateOptions options;
  options.length = 400;
  options.sampling.temperature = 1;
  options.seed = 3;
  const std::string floats =
      decode::Generate(model_, pool, "The light", options).samples[0].text;
  options.kv = decode::KvFormat::kInt8;
  const std::string bytes =
      decode::Generate(model_, pool, "The light", options).samples[0].text;
  ASSERT_NE(bytes, floats);
  TextEngine engine(model_,
                    {.slots = 1, .threads = 1, .kv = decode::KvFormat::kInt8});
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(Request({3}, 400), sink));
  sink->WaitForEnds(1);
  EXPECT_EQ(sink->texts()[0], bytes);
}

TEST_F(TextEngineTest, AModelOfLiteralMarkersWritesOneDocument) {
  testing::SaveRecitingModel(
      directory_.path(), testing::MarkerTokenizer(),
      "<|startoftext|>It ends.<|endoftext|>\n<|startoftext|>More", true);
  TextEngine engine(decode::LoadedModel::Load(directory_.path()),
                    {.slots = 2, .threads = 1});
  GenerationRequest request = Endless(2);
  request.prompt = "";
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(request, sink));
  sink->WaitForEnds(2);
  EXPECT_EQ(sink->texts()[1], "It ends.");
  EXPECT_EQ(sink->ends()[1], TextEnd::kStop);
}

decode::CopyLimit LimitOf(const std::string& document, int max_words) {
  corpus::PassageIndexBuilder builder;
  builder.Add(document);
  return {.passages = builder.Finish(), .max_words = max_words};
}

TEST_F(TextEngineTest, ATextThatCopiesIsWrittenAgainInItsSlot) {
  base::ThreadPool pool(1);
  decode::GenerateOptions options;
  options.length = 60;
  options.sampling.temperature = 1;
  options.seed = 21;
  const auto free =
      decode::Generate(model_, pool, "The light", options).samples[0];
  options.copy_limit = LimitOf(free.text, 3);
  const auto expected =
      decode::Generate(model_, pool, "The light", options).samples[0];
  ASSERT_NE(expected.text, free.text);

  TextEngine engine(
      model_, {.slots = 2, .threads = 1, .copy_limit = options.copy_limit});
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(Request({20, 21}, 60), sink));
  sink->WaitForEnds(2);
  EXPECT_EQ(sink->texts()[1], expected.text);
  EXPECT_EQ(engine.free_slots(), 2);
}

TEST_F(TextEngineTest, AModelThatOnlyRecitesIsCutShort) {
  testing::SaveRecitingModel(directory_.path(), testing::MarkerTokenizer(),
                             "It is oil on wood.", false);
  TextEngine engine(decode::LoadedModel::Load(directory_.path()),
                    {.slots = 2,
                     .threads = 1,
                     .copy_limit = LimitOf("it is oil on wood", 3)});
  GenerationRequest request = Request({1, 2}, 16);
  request.prompt = "I";
  request.sampling.temperature = 0;
  request.logprobs = 0;
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(request, sink));
  sink->WaitForEnds(2);
  EXPECT_EQ(sink->texts()[0], "t is oil on");
  EXPECT_EQ(sink->ends()[0], TextEnd::kStop);
  EXPECT_EQ(sink->drawn()[0].size(), 16u);  // of the try that stands
  EXPECT_EQ(sink->tokens()[0], 16);
  EXPECT_EQ(engine.free_slots(), 2);
}

TEST_F(TextEngineTest, CancelReachesATextInWhicheverTryItIs) {
  testing::SaveRecitingModel(directory_.path(), testing::MarkerTokenizer(),
                             "It is oil on wood.", false);
  TextEngine engine(decode::LoadedModel::Load(directory_.path()),
                    {.slots = 2,
                     .threads = 1,
                     .copy_limit = LimitOf("it is oil on wood", 3)});
  for (int round = 0; round < 50; ++round) {
    const auto sink = std::make_shared<Collector>();
    const auto ticket = engine.Start(Request({1, 2}, 16), sink);
    ASSERT_TRUE(ticket);
    for (int i = 0; i < round; ++i) std::this_thread::yield();
    engine.Cancel(*ticket);
    sink->WaitForEnds(2);
    EXPECT_EQ(engine.free_slots(), 2);
  }
}

TEST_F(TextEngineTest, SaysWhichModelItIs) {
  const TextEngine engine(model_, {.slots = 1, .threads = 1});
  const TextEngine again(decode::LoadedModel::Load(directory_.path()),
                         {.slots = 2, .threads = 2});
  EXPECT_EQ(engine.identity(), again.identity());
  EXPECT_EQ(engine.identity().model_hash.size(), 32u);
  EXPECT_EQ(engine.identity().kv, "fp32");
  testing::SaveTinyModel(directory_.path(), 16, 11);
  const TextEngine other(decode::LoadedModel::Load(directory_.path()),
                         {.slots = 1, .threads = 1});
  EXPECT_NE(other.identity().model_hash, engine.identity().model_hash);
}

TEST_F(TextEngineTest, SaysWhatKeepsItFromCopying) {
  const auto identity = [&](const decode::CopyLimit& limit) {
    return TextEngine(model_, {.slots = 1, .threads = 1, .copy_limit = limit})
        .identity();
  };
  const auto limited = identity(LimitOf("it is oil on wood", 3));
  EXPECT_EQ(limited.max_copied_words, 3);
  EXPECT_EQ(limited.passages_hash.size(), 32u);
  EXPECT_EQ(identity(LimitOf("It is oil on wood.", 3)), limited);
  EXPECT_NE(identity(LimitOf("it is oil on paper", 3)).passages_hash,
            limited.passages_hash);
  const auto measured = identity(LimitOf("it is oil on wood", 0));
  EXPECT_EQ(measured.max_copied_words, 0);
  EXPECT_EQ(measured.passages_hash, "");
}

TEST_F(TextEngineTest, RefusesWhatItHasNoSlotsFor) {
  TextEngine engine(model_, {.slots = 3, .threads = 1});
  EXPECT_EQ(engine.free_slots(), 3);
  const auto sink = std::make_shared<Collector>();
  const auto ticket = engine.Start(Endless(2), sink);
  ASSERT_TRUE(ticket);
  EXPECT_EQ(engine.free_slots(), 1);
  const auto refused = std::make_shared<Collector>();
  EXPECT_FALSE(engine.Start(Request({1, 2}, 10), refused));
  EXPECT_TRUE(refused->ends().empty());
  engine.Cancel(*ticket);
  sink->WaitForEnds(2);
  EXPECT_EQ(engine.free_slots(), 3);
  const auto accepted = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(Request({1, 2, 3}, 10), accepted));
  accepted->WaitForEnds(3);
}

TEST_F(TextEngineTest, CancelEndsTheTextsThatAreUnfinished) {
  TextEngine engine(model_, {.slots = 3, .threads = 1});
  const auto sink = std::make_shared<Collector>();
  const auto ticket = engine.Start(Endless(3), sink);
  ASSERT_TRUE(ticket);
  sink->WaitForText();
  engine.Cancel(*ticket);
  sink->WaitForEnds(3);
  for (const auto& [index, end] : sink->ends()) {
    EXPECT_EQ(end, TextEnd::kCancelled) << index;
  }
  engine.Cancel(*ticket);
  engine.Cancel(12345);
}

TEST_F(TextEngineTest, GoingAwayCancelsEveryText) {
  const auto sink = std::make_shared<Collector>();
  {
    TextEngine engine(model_, {.slots = 2, .threads = 1});
    ASSERT_TRUE(engine.Start(Endless(2), sink));
  }
  ASSERT_EQ(sink->ends().size(), 2u);
  EXPECT_EQ(sink->ends()[1], TextEnd::kCancelled);
}

// Not under a sanitizer, whose threads work too.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(TextEngineTest, SleepsWhileNothingIsWritten) {
  TextEngine engine(model_, {.slots = 2, .threads = 2});
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(Request({1, 2}, 10), sink));
  sink->WaitForEnds(2);
  const auto processor_seconds = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double before = processor_seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(processor_seconds() - before, 0.1);
}
#endif

TEST_F(TextEngineTest, AFaultReachesTheSinkAndTheEngineGoesOn) {
  TextEngine engine(model_, {.slots = 2, .threads = 1});
  GenerationRequest senseless = Request({1, 2}, 10);
  senseless.sampling.temperature = std::numeric_limits<float>::quiet_NaN();
  const auto failed = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(senseless, failed));
  failed->WaitForEnds(2);
  EXPECT_EQ(failed->ends()[1], TextEnd::kFailed);
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(Request({1, 2}, 10), sink));
  sink->WaitForEnds(2);
  EXPECT_NE(sink->ends()[0], TextEnd::kFailed);
}

TEST_F(TextEngineTest, ADamagedModelReachesTheSink) {
  testing::SaveTinyModel(directory_.path(), 16,
                         std::numeric_limits<float>::quiet_NaN());
  TextEngine engine(decode::LoadedModel::Load(directory_.path()),
                    {.slots = 2, .threads = 1});
  const auto sink = std::make_shared<Collector>();
  ASSERT_TRUE(engine.Start(Request({1, 2}, 10), sink));
  sink->WaitForEnds(2);
  EXPECT_EQ(sink->ends()[0], TextEnd::kFailed);
  EXPECT_EQ(engine.free_slots(), 2);
}

}  // namespace
}  // namespace artspeak::engine
