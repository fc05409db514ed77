// Texts in the background: they stand still while others are written, but for
// their turns.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "decode/scheduler.h"
#include "decode/test_texts.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::decode {
namespace {

class SchedulerBackgroundTest : public ::testing::Test {
 protected:
  SchedulerBackgroundTest() {
    testing::SaveTinyModel(directory_.path(), 64);
    model_ = LoadedModel::Load(directory_.path());
  }

  TextRequest Request(bool background, int texts, int length) const {
    TextRequest request = MakeRequest(model_, "The light", texts, length, 5);
    request.background = background;
    return request;
  }

  std::shared_ptr<Collector> Add(Scheduler& scheduler,
                                 const TextRequest& request) {
    const auto sink = std::make_shared<Collector>();
    ids_.push_back(scheduler.Add(request, sink));
    return sink;
  }

  testing::TempDir directory_;
  LoadedModel model_;
  base::ThreadPool pool_{2};
  std::vector<Scheduler::Id> ids_;
};

TEST_F(SchedulerBackgroundTest, StandsStillWhileOthersAreWritten) {
  Scheduler scheduler(model_, pool_, {});
  const auto behind = Add(scheduler, Request(true, 2, 40));
  for (int i = 0; i < 5; ++i) scheduler.Step();
  const auto so_far = behind->texts;
  ASSERT_FALSE(so_far.empty());
  const auto other = Add(scheduler, Request(false, 2, 30));
  const auto waiting = Add(scheduler, Request(true, 1, 40));
  while (other->ends.size() < 2) {
    EXPECT_EQ(behind->texts, so_far);
    EXPECT_TRUE(waiting->texts.empty());
    scheduler.Step();
  }
  RunToEnd(scheduler);
  EXPECT_EQ(behind->texts, TextsAlone(model_, pool_, Request(true, 2, 40)));
  EXPECT_EQ(waiting->texts, TextsAlone(model_, pool_, Request(true, 1, 40)));
  EXPECT_EQ(other->texts, TextsAlone(model_, pool_, Request(false, 2, 30)));
}

TEST_F(SchedulerBackgroundTest, TakesNoPlaceFromOthers) {
  Scheduler scheduler(model_, pool_, {.max_sequences = 2, .max_background = 3});
  const auto behind = Add(scheduler, Request(true, 5, 40));
  for (int i = 0; i < 5; ++i) scheduler.Step();
  EXPECT_EQ(behind->texts.size(), 3u);
  const auto other = Add(scheduler, Request(false, 2, 30));
  for (int i = 0; i < 5; ++i) scheduler.Step();
  EXPECT_EQ(other->texts.size(), 2u);
  RunToEnd(scheduler);
  EXPECT_EQ(behind->texts, TextsAlone(model_, pool_, Request(true, 5, 40)));
}

// Others come without a pause: each when the one before has ended.
TEST_F(SchedulerBackgroundTest, HasItsTurnBesideEveryNinthOther) {
  Scheduler scheduler(model_, pool_, {.patience = 8});
  const auto behind = Add(scheduler, Request(true, 2, 25));
  int others = 0;
  std::vector<int> turns;  // the others beside which it went on
  while (behind->ends.size() < 2 && others < 100) {
    const auto so_far = behind->texts;
    const auto other = Add(scheduler, Request(false, 1, 10));
    ++others;
    while (other->ends.empty()) scheduler.Step();
    if (behind->texts != so_far) turns.push_back(others);
  }
  // A turn is as long as a text of the others, 10 tokens.
  EXPECT_EQ(turns, (std::vector<int>{9, 18, 27}));
  EXPECT_EQ(behind->texts, TextsAlone(model_, pool_, Request(true, 2, 25)));
}

TEST_F(SchedulerBackgroundTest, WaitsForItsTurnFromWhenItCame) {
  Scheduler scheduler(model_, pool_, {.patience = 2});
  for (int i = 0; i < 5; ++i) {
    Add(scheduler, Request(false, 1, 10));
    RunToEnd(scheduler);
  }
  const auto other = Add(scheduler, Request(false, 1, 10));
  const auto behind = Add(scheduler, Request(true, 1, 10));
  while (other->ends.empty()) scheduler.Step();
  EXPECT_TRUE(behind->texts.empty());
}

TEST_F(SchedulerBackgroundTest, AMomentWithoutOthersIsNoTurn) {
  Scheduler scheduler(model_, pool_, {.patience = 2});
  const auto behind = Add(scheduler, Request(true, 1, 40));
  std::string before;
  for (int i = 0; i < 3; ++i) {
    scheduler.Step();
    before = behind->texts[0];
    const auto other = Add(scheduler, Request(false, 1, 10));
    while (other->ends.empty()) scheduler.Step();
    EXPECT_EQ(behind->texts[0] == before, i < 2) << i;
  }
}

TEST_F(SchedulerBackgroundTest, IsCancelledWhileItStandsStill) {
  Scheduler scheduler(model_, pool_, {});
  const auto behind = Add(scheduler, Request(true, 2, 40));
  scheduler.Step();
  const auto other = Add(scheduler, Request(false, 1, 30));
  scheduler.Step();
  scheduler.Cancel(ids_[0]);
  EXPECT_EQ(behind->ends.at(1).finish, Finish::kCancelled);
  RunToEnd(scheduler);
  EXPECT_EQ(other->ends.at(0).finish, Finish::kLength);
}

}  // namespace
}  // namespace artspeak::decode
