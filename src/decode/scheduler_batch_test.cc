// What texts notice of each other: steps at most, never a byte.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "decode/scheduler.h"
#include "decode/test_texts.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::decode {
namespace {

constexpr int kContext = 1024;
constexpr int kLongPrompt = 900;

class SchedulerBatchTest : public ::testing::Test {
 protected:
  explicit SchedulerBatchTest(int context = kContext) {
    testing::SaveTinyModel(directory_.path(), context);
    model_ = LoadedModel::Load(directory_.path());
  }

  TextRequest Request(int prompt, int texts, int length, uint64_t seed) const {
    TextRequest request = MakeRequest(model_, "", texts, length, seed);
    request.prompt.assign(prompt, 1);
    return request;
  }

  std::shared_ptr<Collector> Add(Scheduler& scheduler, int prompt, int texts,
                                 int length) const {
    auto sink = std::make_shared<Collector>();
    scheduler.Add(Request(prompt, texts, length, 1), sink);
    return sink;
  }

  testing::TempDir directory_;
  LoadedModel model_;
  base::ThreadPool pool_{2};
};

// A context that texts outgrow, and caches that grow before that.
class SchedulerCrowdTest : public SchedulerBatchTest {
 protected:
  SchedulerCrowdTest() : SchedulerBatchTest(96) {}

  struct Visitor {
    TextRequest request;
    int arrives;  // before this step
    std::optional<int> leaves;
    std::map<int, std::string> alone;
  };

  Visitor AnyVisitor(base::RandomStream& random) {
    static const std::vector<std::string> prompts = {
        "", "The light", "La lumière du nord",
        "The light in the room is the light of the north, and it is quiet in "
        "the late room of the paintings, where the light is quiet"};
    Visitor visitor{
        .request = MakeRequest(
            model_, prompts[random.Below(prompts.size())],
            1 + static_cast<int>(random.Below(4)),
            1 + static_cast<int>(random.Below(random.Below(4) == 0 ? 120 : 30)),
            random.Below(1000)),
        .arrives = static_cast<int>(random.Below(60)),
        .leaves = {},
        .alone = {}};
    SamplingOptions& sampling = visitor.request.options.sampling;
    sampling.temperature = static_cast<float>(random.Below(3)) / 2;
    if (random.Below(2) == 0) sampling.typical_p = 0.9f;
    if (random.Below(3) == 0) sampling.top_k = 5;
    if (random.Below(3) == 0) sampling.banned = {"the"};
    if (random.Below(4) == 0) {
      visitor.leaves = visitor.arrives + static_cast<int>(random.Below(40));
    }
    visitor.alone = TextsAlone(model_, pool_, visitor.request);
    return visitor;
  }

  static void Expect(const Visitor& visitor, const Collector& sink) {
    ASSERT_EQ(sink.ends.size(), visitor.request.streams.size());
    for (const auto& [index, end] : sink.ends) {
      const auto found = sink.texts.find(index);
      const std::string text = found == sink.texts.end() ? "" : found->second;
      const auto alone = visitor.alone.find(index);
      const std::string whole =
          alone == visitor.alone.end() ? "" : alone->second;
      if (end.finish == Finish::kCancelled) {
        EXPECT_TRUE(visitor.leaves && whole.starts_with(text)) << text;
      } else {
        EXPECT_EQ(end.finish, Finish::kLength) << end.fault;
        EXPECT_EQ(text, whole);
      }
    }
  }
};

TEST_F(SchedulerCrowdTest, WhoComesAndGoesAtAnyStepChangesNoText) {
  base::RandomStream random(1);
  for (int round = 0; round < 6; ++round) {
    std::vector<Visitor> visitors;
    for (int i = 0; i < 20; ++i) visitors.push_back(AnyVisitor(random));
    base::ThreadPool pool(1 + round % 3);
    Scheduler scheduler(
        model_, pool,
        {.max_sequences = 1 + static_cast<int>(random.Below(24)),
         .prompt_slice = 1 + static_cast<int>(random.Below(40))});
    std::vector<std::shared_ptr<Collector>> sinks(visitors.size());
    std::vector<Scheduler::Id> ids(visitors.size());
    for (int step = 0; step < 101 || !scheduler.idle(); ++step) {
      for (size_t i = 0; i < visitors.size(); ++i) {
        if (visitors[i].arrives == step) {
          sinks[i] = std::make_shared<Collector>();
          ids[i] = scheduler.Add(visitors[i].request, sinks[i]);
        }
        if (visitors[i].leaves == step) scheduler.Cancel(ids[i]);
      }
      scheduler.Step();
    }
    for (size_t i = 0; i < visitors.size(); ++i) {
      SCOPED_TRACE(::testing::Message() << "round " << round << ", " << i);
      Expect(visitors[i], *sinks[i]);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST_F(SchedulerCrowdTest, AGrowingCacheKeepsWhatItHolds) {
  const TextRequest request = MakeRequest(model_, "", 2, 90, 5);
  Scheduler scheduler(model_, pool_, {});
  const auto sink = std::make_shared<Collector>();
  scheduler.Add(request, sink);
  int steps = 0;
  for (; !scheduler.idle(); ++steps) scheduler.Step();
  EXPECT_EQ(steps, 90);  // none of them to read anything anew
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(sink->texts.at(i), NaiveText(model_, pool_, request, i));
  }
}

TEST_F(SchedulerBatchTest, NobodyMissesAStepWhileALongPromptIsRead) {
  Scheduler scheduler(model_, pool_, {.prompt_slice = 32});
  Add(scheduler, 1, 5, 1000);
  scheduler.Step();
  const auto reading = Add(scheduler, kLongPrompt, 5, 1);
  int steps = 0;
  for (; reading->ends.empty(); ++steps) {
    const int64_t before = scheduler.tokens_drawn();
    scheduler.Step();
    const int first_tokens = reading->ends.empty() ? 0 : 5;
    ASSERT_EQ(scheduler.tokens_drawn() - before, 5 + first_tokens) << steps;
  }
  EXPECT_EQ(steps, (kLongPrompt + 31) / 32);
}

TEST_F(SchedulerBatchTest, AShortPromptNeedNotWaitForALongOne) {
  Scheduler scheduler(model_, pool_, {.prompt_slice = 32});
  const auto reading = Add(scheduler, kLongPrompt, 1, 1);
  scheduler.Step();
  const auto first = Add(scheduler, 7, 1, 1);
  const auto second = Add(scheduler, 9, 1, 1);
  scheduler.Step();
  EXPECT_EQ(first->ends.size(), 1u);
  EXPECT_EQ(second->ends.size(), 1u);
  EXPECT_TRUE(reading->ends.empty());
}

TEST_F(SchedulerBatchTest, ShortPromptsDoNotKeepALongOneWaitingForEver) {
  Scheduler scheduler(model_, pool_, {.prompt_slice = 32});
  const auto reading = Add(scheduler, kLongPrompt, 1, 1);
  int steps = 0;
  for (; reading->ends.empty() && steps < 1000; ++steps) {
    Add(scheduler, 32, 1, 1);
    scheduler.Step();
  }
  EXPECT_EQ(steps, (kLongPrompt + 15) / 16);
}

TEST_F(SchedulerBatchTest, ACancelledRequestLeavesItsPlacesAtOnce) {
  Scheduler scheduler(model_, pool_, {.max_sequences = 2});
  const auto sink = std::make_shared<Collector>();
  const auto id = scheduler.Add(Request(1, 2, 1000, 1), sink);
  scheduler.Step();
  const auto next = Add(scheduler, 1, 2, 1);
  scheduler.Cancel(id);
  EXPECT_EQ(sink->ends.size(), 2u);
  EXPECT_EQ(sink.use_count(), 1);  // nothing of it is left
  scheduler.Step();
  EXPECT_EQ(next->ends.size(), 2u);
}

}  // namespace
}  // namespace artspeak::decode
