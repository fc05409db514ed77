#include "decode/scheduler.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "decode/test_texts.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::decode {
namespace {

constexpr int kContext = 16;

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() {
    testing::SaveTinyModel(directory_.path(), kContext);
    model_ = LoadedModel::Load(directory_.path());
  }

  TextRequest Request(std::string_view prompt, int texts, int length,
                      uint64_t seed) const {
    return MakeRequest(model_, prompt, texts, length, seed);
  }

  std::map<int, std::string> Alone(const TextRequest& request) {
    return TextsAlone(model_, pool_, request);
  }

  testing::TempDir directory_;
  LoadedModel model_;
  base::ThreadPool pool_{2};
};

TEST_F(SchedulerTest, WritesWhatANaiveLoopWrites) {
  for (const char* prompt :
       {"", "The light",
        "The light in the room is the light of the north, and "
        "it is quiet in the room"}) {
    const TextRequest request = Request(prompt, 2, 100, 42);
    const auto texts = Alone(request);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(texts.at(i), NaiveText(model_, pool_, request, i)) << prompt;
    }
    EXPECT_NE(texts.at(0), texts.at(1));
  }
}

// One text after the other, so that the prompt's copy is copied again.
TEST_F(SchedulerTest, KeysAndValuesAreKeptInTheFormatAskedFor) {
  const TextRequest request = Request("The light in the room", 4, 200, 42);
  std::map<gpt2::KvFormat, std::map<int, std::string>> texts;
  for (const gpt2::KvFormat kv :
       {gpt2::KvFormat::kFp32, gpt2::KvFormat::kBf16, gpt2::KvFormat::kInt8}) {
    Scheduler scheduler(model_, pool_, {.max_sequences = 1, .kv = kv});
    const auto sink = std::make_shared<Collector>();
    scheduler.Add(request, sink);
    RunToEnd(scheduler);
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(sink->texts.at(i), NaiveText(model_, pool_, request, i, kv));
    }
    texts[kv] = sink->texts;
  }
  EXPECT_EQ(texts[gpt2::KvFormat::kFp32], Alone(request));
  EXPECT_NE(texts[gpt2::KvFormat::kFp32], texts[gpt2::KvFormat::kInt8]);
}

TEST_F(SchedulerTest, TheSameSeedGivesTheSameTextWhateverSharesTheBatch) {
  const TextRequest request = Request("The quiet room", 3, 60, 7);
  const auto alone = Alone(request);
  Scheduler scheduler(model_, pool_, {});
  const auto before = std::make_shared<Collector>();
  const auto sink = std::make_shared<Collector>();
  const auto after = std::make_shared<Collector>();
  scheduler.Add(Request("", 4, 80, 1), before);
  for (int i = 0; i < 5; ++i) scheduler.Step();
  scheduler.Add(request, sink);
  for (int i = 0; i < 20; ++i) scheduler.Step();
  scheduler.Add(Request("La lumière du nord est dans", 5, 30, 2), after);
  RunToEnd(scheduler);
  EXPECT_EQ(sink->texts, alone);
  EXPECT_EQ(before->ends.size(), 4u);
  EXPECT_EQ(after->ends.size(), 5u);
}

TEST_F(SchedulerTest, PlacesAndSlicesChangeNoText) {
  const TextRequest request = Request("The quiet paintings", 5, 40, 3);
  const auto expected = Alone(request);
  ASSERT_EQ(expected.size(), 5u);
  for (const Scheduler::Options options :
       {Scheduler::Options{1, 64}, Scheduler::Options{2, 3},
        Scheduler::Options{8, 1}}) {
    Scheduler scheduler(model_, pool_, options);
    const auto sink = std::make_shared<Collector>();
    const auto other = std::make_shared<Collector>();
    scheduler.Add(request, sink);
    scheduler.Add(Request("room", 2, 25, 9), other);
    RunToEnd(scheduler);
    EXPECT_EQ(sink->texts, expected) << options.max_sequences;
    EXPECT_EQ(other->ends.size(), 2u);
  }
}

TEST_F(SchedulerTest, AFinishedTextLeavesItsPlaceAtOnce) {
  Scheduler scheduler(model_, pool_, {.max_sequences = 1});
  const auto first = std::make_shared<Collector>();
  const auto second = std::make_shared<Collector>();
  scheduler.Add(Request("", 1, 2, 1), first);
  scheduler.Add(Request("", 1, 3, 1), second);
  scheduler.Step();
  EXPECT_TRUE(first->ends.empty());
  scheduler.Step();
  EXPECT_EQ(first->ends.at(0).tokens, 2);
  EXPECT_EQ(first->ends.at(0).finish, Finish::kLength);
  for (int i = 0; i < 3; ++i) scheduler.Step();
  EXPECT_EQ(second->ends.at(0).tokens, 3);
  EXPECT_TRUE(scheduler.idle());
  EXPECT_EQ(scheduler.tokens_drawn(), 5);
}

TEST_F(SchedulerTest, ALongPromptDoesNotStallOtherTexts) {
  Scheduler scheduler(model_, pool_, {.prompt_slice = 2});
  const auto writing = std::make_shared<Collector>();
  scheduler.Add(Request("", 1, 8, 1), writing);
  scheduler.Step();
  const auto reading = std::make_shared<Collector>();
  TextRequest request = Request("", 1, 5, 1);
  request.prompt.assign(kContext, 1);
  scheduler.Add(request, reading);
  for (int i = 0; i < 7; ++i) scheduler.Step();
  EXPECT_EQ(writing->ends.size(), 1u);  // a token in each of eight steps
  EXPECT_TRUE(reading->texts.empty());
  RunToEnd(scheduler);
  EXPECT_EQ(reading->ends.size(), 1u);
}

TEST_F(SchedulerTest, LongPromptsTakeTurns) {
  Scheduler scheduler(model_, pool_, {.prompt_slice = 2});
  TextRequest request = Request("", 1, 1, 1);
  request.prompt.assign(10, 1);
  const auto first = std::make_shared<Collector>();
  const auto second = std::make_shared<Collector>();
  scheduler.Add(request, first);
  scheduler.Add(request, second);
  for (int i = 0; i < 9; ++i) scheduler.Step();
  EXPECT_EQ(first->ends.size(), 1u);
  EXPECT_TRUE(second->ends.empty());
  scheduler.Step();
  EXPECT_EQ(second->ends.size(), 1u);
}

TEST_F(SchedulerTest, ThePromptIsReadOnceForItsTexts) {
  // Ten tokens in slices of two are five steps, the last of which draws.
  for (const int places : {4, 2}) {
    Scheduler scheduler(model_, pool_,
                        {.max_sequences = places, .prompt_slice = 2});
    const auto sink = std::make_shared<Collector>();
    TextRequest request = Request("", 4, 3, 1);
    request.prompt.assign(10, 1);
    scheduler.Add(request, sink);
    int steps = 0;
    for (; !scheduler.idle(); ++steps) scheduler.Step();
    // The two that wait for a place draw their first token on admission and
    // their second in the same step.
    EXPECT_EQ(steps, places == 4 ? 5 + 2 : 5 + 2 + 2);
    EXPECT_EQ(sink->ends.size(), 4u);
  }
}

TEST_F(SchedulerTest, TellsWhereItsTimeWent) {
  const base::Stopwatch watch;
  Scheduler scheduler(model_, pool_, {});
  scheduler.Add(Request("The light", 3, 5, 1), std::make_shared<Collector>());
  EXPECT_EQ(scheduler.sampling_seconds(), 0);
  RunToEnd(scheduler);
  EXPECT_GT(scheduler.sampling_seconds(), 0);
  EXPECT_GT(scheduler.step_times().products, 0);
  EXPECT_LE(scheduler.sampling_seconds() + scheduler.step_times().products,
            watch.seconds());
}

TEST_F(SchedulerTest, CancelEndsOneRequestAndNoOther) {
  Scheduler scheduler(model_, pool_, {.max_sequences = 3});
  const TextRequest kept_request = Request("The room", 2, 40, 5);
  const auto cancelled = std::make_shared<Collector>();
  const auto kept = std::make_shared<Collector>();
  const auto id = scheduler.Add(Request("The light", 4, 1000000, 1), cancelled);
  scheduler.Add(kept_request, kept);
  for (int i = 0; i < 5; ++i) scheduler.Step();
  scheduler.Cancel(id);
  ASSERT_EQ(cancelled->ends.size(), 4u);
  for (const auto& [index, end] : cancelled->ends) {
    EXPECT_EQ(end.finish, Finish::kCancelled) << index;
  }
  EXPECT_EQ(cancelled->ends.at(3).tokens, 0);
  scheduler.Cancel(id);  // gone already
  RunToEnd(scheduler);
  EXPECT_EQ(kept->texts, Alone(kept_request));
}

TEST_F(SchedulerTest, ASinkThatThrowsFailsItsRequestOnly) {
  Scheduler scheduler(model_, pool_, {});
  const TextRequest kept_request = Request("The room", 2, 40, 5);
  const auto failing = std::make_shared<Collector>();
  const auto kept = std::make_shared<Collector>();
  failing->throws = true;
  scheduler.Add(Request("The light", 3, 40, 1), failing);
  scheduler.Add(kept_request, kept);
  RunToEnd(scheduler);
  ASSERT_EQ(failing->ends.size(), 3u);
  EXPECT_EQ(failing->ends.at(0).finish, Finish::kFailed);
  EXPECT_EQ(failing->ends.at(2).fault, "the reader left");
  EXPECT_EQ(kept->texts, Alone(kept_request));
}

TEST_F(SchedulerTest, ATokenThatTheModelDoesNotKnowFailsTheRequest) {
  Scheduler scheduler(model_, pool_, {});
  const auto sink = std::make_shared<Collector>();
  TextRequest request = Request("", 2, 10, 1);
  request.prompt = {1, 1000000};
  scheduler.Add(request, sink);
  RunToEnd(scheduler);
  ASSERT_EQ(sink->ends.size(), 2u);
  EXPECT_EQ(sink->ends.at(1).finish, Finish::kFailed);
  EXPECT_NE(sink->ends.at(1).fault, "");
}

TEST_F(SchedulerTest, AModelOfNoNumbersFailsTheRequest) {
  testing::SaveTinyModel(directory_.path(), kContext,
                         std::numeric_limits<float>::quiet_NaN());
  const auto broken = LoadedModel::Load(directory_.path());
  Scheduler scheduler(broken, pool_, {});
  const auto sink = std::make_shared<Collector>();
  scheduler.Add(Request("The", 2, 10, 1), sink);
  RunToEnd(scheduler);
  ASSERT_EQ(sink->ends.size(), 2u);
  EXPECT_EQ(sink->ends.at(0).finish, Finish::kFailed);
}

TEST_F(SchedulerTest, RefusesRequestsThatMakeNoSense) {
  Scheduler scheduler(model_, pool_, {});
  const auto sink = std::make_shared<Collector>();
  EXPECT_THROW(scheduler.Add(Request("", 0, 10, 1), sink), base::Error);
  EXPECT_THROW(scheduler.Add(Request("", 1, 0, 1), sink), base::Error);
  TextRequest request = Request("", 1, 10, 1);
  request.options.stop = {""};
  EXPECT_THROW(scheduler.Add(request, sink), base::Error);
  EXPECT_TRUE(scheduler.idle());
}

}  // namespace
}  // namespace artspeak::decode
