#include "service/estimate.h"

#include <gtest/gtest.h>

namespace artspeak::service {
namespace {

using std::chrono::seconds;

base::UnixTime At(int second) { return base::UnixTime(seconds(second)); }

StoredProgress Waiting(int jobs_ahead) {
  StoredProgress stored;
  stored.progress.state = ReviewState::kWaiting;
  stored.progress.jobs_ahead = jobs_ahead;
  return stored;
}

// One worker, one job at a time, always busy: each takes ten seconds.
std::vector<JobTimes> OneAtATime() {
  std::vector<JobTimes> jobs;
  for (int i = 0; i < 8; ++i)
    jobs.push_back({At(0), At(10 * i), At(10 * i + 10)});
  return jobs;
}

TEST(Estimate, CountsMovesOfTheLineAndTheOwnTime) {
  const auto range = EstimateRest(Waiting(3), OneAtATime(), At(0));
  ASSERT_TRUE(range);
  EXPECT_DOUBLE_EQ(range->low, 30);   // the one in hand is nearly done
  EXPECT_DOUBLE_EQ(range->high, 40);  // or has just begun
}

TEST(Estimate, ALineServedSideBySideMovesFaster) {
  // Four at a time, twenty seconds each: one ends every five seconds.
  std::vector<JobTimes> jobs;
  for (int i = 0; i < 12; ++i)
    jobs.push_back({At(0), At(5 * i), At(5 * i + 20)});
  const auto range = EstimateRest(Waiting(5), jobs, At(0));
  ASSERT_TRUE(range);
  EXPECT_DOUBLE_EQ(range->low, 40);
  EXPECT_DOUBLE_EQ(range->high, 45);
}

TEST(Estimate, QuietHoursDoNotCount) {
  std::vector<JobTimes> jobs;
  for (int i = 0; i < 8; ++i) {
    const int hour = 3600 * i;
    jobs.push_back({At(hour), At(hour), At(hour + 10)});
  }
  const auto range = EstimateRest(Waiting(1), jobs, At(0));
  ASSERT_TRUE(range);
  EXPECT_DOUBLE_EQ(range->high, 20);
}

TEST(Estimate, TimeAlreadySpentIsTakenOff) {
  StoredProgress stored = Waiting(0);
  stored.progress.state = ReviewState::kGenerating;
  stored.started = At(100);
  const auto range = EstimateRest(stored, OneAtATime(), At(104));
  ASSERT_TRUE(range);
  EXPECT_DOUBLE_EQ(range->low, 6);
  EXPECT_DOUBLE_EQ(range->high, 6);
  const auto overdue = EstimateRest(stored, OneAtATime(), At(500));
  EXPECT_DOUBLE_EQ(overdue->low, 0);
  EXPECT_GT(overdue->high, 0);
}

TEST(Estimate, SaysNothingWithoutMeasurements) {
  const auto jobs = OneAtATime();
  EXPECT_FALSE(EstimateRest(Waiting(0), std::span(jobs).first(2), At(0)));
  StoredProgress done = Waiting(0);
  done.progress.state = ReviewState::kDone;
  EXPECT_FALSE(EstimateRest(done, jobs, At(0)));
}

}  // namespace
}  // namespace artspeak::service
