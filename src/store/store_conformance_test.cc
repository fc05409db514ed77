// What every store must do behind the service's ports.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <set>
#include <thread>

#include "base/error.h"
#include "service/job_queue.h"
#include "service/moderation_store.h"
#include "service/outbox.h"
#include "service/submission_store.h"
#include "store/test_stores.h"
#include "tests/support/testing.h"

namespace artspeak::store {
namespace {

using namespace service;
using std::chrono::hours;
using std::chrono::seconds;

class Store : public ConformanceTest {
 protected:
  Submission Sample(const std::string& id) {
    return {id, "A chair", "v@example.org", 7, false, now_};
  }
  LeasedJob MustLease(const std::string& owner) {
    auto job = stores_->queue().LeaseNext(owner, now_);
    EXPECT_TRUE(job) << owner;
    return job.value_or(LeasedJob{});
  }
  bool SaveText(const Lease& lease, int place, const std::string& text) {
    return stores_->queue().SaveText(lease, place, text, made_);
  }
  void SaveAll(const Lease& lease) {
    for (int i = 0; i < kTextsPerReview; ++i) {
      EXPECT_TRUE(SaveText(lease, i, "text " + std::to_string(i)));
    }
  }
  ReviewState StateOf(const std::string& id) {
    return stores_->submissions().Find(id).value().review.state;
  }

  base::UnixTime now_{hours(24 * 365 * 50)};
  const Provenance made_{{"0a1b2c3d", "bf16", "avx2"}, {0.3f, 0.9f, 400}, 1};
  std::unique_ptr<Stores> stores_ = Open();
};

class JobQueueTest : public Store {};
class SubmissionStoreTest : public Store {};

TEST_P(SubmissionStoreTest, SubmissionComesBackAsItWas) {
  Submission submission = Sample("0123456789ab");
  submission.prompt = std::string("Öl\nauf 'Holz' \0;--", 19);
  ASSERT_TRUE(stores_->submissions().Add(submission, 1));
  const auto found = Open()->submissions().Find("0123456789ab");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->review.prompt, submission.prompt);
  EXPECT_EQ(found->review.eccentricity, 7);
  EXPECT_EQ(found->review.created, now_);
  EXPECT_EQ(found->review.state, ReviewState::kWaiting);
  EXPECT_FALSE(stores_->submissions().Find("0123456789ac"));
}

TEST_P(SubmissionStoreTest, AnIdIsGivenOnce) {
  ASSERT_TRUE(stores_->submissions().Add(Sample("0123456789ab"), 1));
  EXPECT_FALSE(stores_->submissions().Add(Sample("0123456789ab"), 2));
  EXPECT_EQ(stores_->queue().Count().waiting, 1);
}

TEST_P(SubmissionStoreTest, OldReviewsAreImportedUnderTheirOldIds) {
  const ImportedReview old{"0a1b2c3d", "An old chair", 3, now_, {"a", "b"}};
  EXPECT_TRUE(stores_->submissions().Import(old));
  EXPECT_FALSE(stores_->submissions().Import(old));
  const auto found = stores_->submissions().Find("0a1b2c3d");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->review.state, ReviewState::kDone);
  EXPECT_EQ(found->review.texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(found->provenances, (decltype(found->provenances)(2)));
  EXPECT_FALSE(stores_->queue().LeaseNext("w", now_));
}

TEST_P(SubmissionStoreTest, PlaceInLineCountsUnfinishedJobsBefore) {
  for (int i = 0; i < 4; ++i) {
    stores_->submissions().Add(Sample("00000000000" + std::to_string(i)), 1);
  }
  const auto ahead = [&] {
    return stores_->submissions().Find("000000000003")->review.jobs_ahead;
  };
  EXPECT_EQ(ahead(), 3);
  const Lease lease = MustLease("w").lease;
  EXPECT_EQ(ahead(), 3) << "the one in hand counts";
  SaveAll(lease);
  stores_->queue().Finish(lease, now_);
  EXPECT_EQ(ahead(), 2);
  stores_->moderation().Block("000000000001", {kByCommand, now_});
  EXPECT_EQ(ahead(), 1);
}

TEST_P(SubmissionStoreTest, ProgressOfManyIsThatOfEach) {
  const std::vector<std::string> ids = {"00000000000a", "00000000000b",
                                        "00000000000c", "00000000000d",
                                        "00000000000e"};
  for (const std::string& id : ids) {
    if (id != "00000000000d") {
      ASSERT_TRUE(stores_->submissions().Add(Sample(id), 1));
    }
  }
  SaveAll(MustLease("w").lease);
  const LeasedJob second = MustLease("w");
  EXPECT_TRUE(SaveText(second.lease, 3, "text 3"));
  ASSERT_TRUE(stores_->moderation().Block("00000000000a", {kByCommand, now_}));
  const auto all = stores_->submissions().FindProgress(ids);
  ASSERT_EQ(all.size(), ids.size());
  EXPECT_FALSE(all[3]);
  for (const size_t i : {0, 1, 2, 4}) {
    const StoredReview one = stores_->submissions().Find(ids[i]).value();
    ASSERT_TRUE(all[i]) << ids[i];
    EXPECT_EQ(all[i]->progress.state, one.review.state) << ids[i];
    EXPECT_EQ(all[i]->progress.jobs_ahead, one.review.jobs_ahead) << ids[i];
    EXPECT_EQ(all[i]->progress.texts, static_cast<int>(one.review.texts.size()))
        << ids[i];
    EXPECT_EQ(all[i]->started, one.started) << ids[i];
  }
  EXPECT_EQ(all[1]->progress.texts, 1);
  EXPECT_EQ(all[4]->progress.jobs_ahead, 2);
}

TEST_P(SubmissionStoreTest, FinishedTextsKeepTheirPlaces) {
  ASSERT_TRUE(stores_->submissions().Add(Sample("0123456789ab"), 1));
  const LeasedJob job = MustLease("w");
  EXPECT_TRUE(SaveText(job.lease, 3, "the fourth"));
  EXPECT_TRUE(SaveText(job.lease, 1, "the second"));
  const Review review =
      stores_->submissions().Find("0123456789ab").value().review;
  EXPECT_EQ(review.texts,
            (std::vector<std::string>{"the second", "the fourth"}));
  EXPECT_EQ(review.places, (std::vector<int>{1, 3}));
}

TEST_P(SubmissionStoreTest, RecentJobsAreMeasured) {
  for (int i = 0; i < 3; ++i) {
    stores_->submissions().Add(Sample("00000000000" + std::to_string(i)), 1);
    now_ += seconds(5);
    const Lease lease = MustLease("w").lease;
    SaveAll(lease);
    now_ += seconds(20);
    stores_->queue().Finish(lease, now_);
  }
  const auto jobs = stores_->submissions().RecentJobs(2);
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[1].finished, now_);
  EXPECT_EQ(jobs[1].started, now_ - seconds(20));
  EXPECT_EQ(jobs[1].created, now_ - seconds(25));
  EXPECT_EQ(jobs[0].finished, now_ - seconds(25));
}

TEST_P(JobQueueTest, JobIsDoneWithItsTextsAndOneMail) {
  stores_->submissions().Add(Sample("0123456789ab"), 0xfedcba9876543210u);
  const LeasedJob job = MustLease("w");
  EXPECT_EQ(job.review_id, "0123456789ab");
  EXPECT_EQ(job.prompt, "A chair");
  EXPECT_EQ(job.eccentricity, 7);
  EXPECT_EQ(job.seed, 0xfedcba9876543210u);
  EXPECT_EQ(job.texts.size(), 5u);
  EXPECT_EQ(StateOf("0123456789ab"), ReviewState::kGenerating);
  SaveAll(job.lease);
  EXPECT_TRUE(stores_->queue().Finish(job.lease, now_));
  EXPECT_FALSE(stores_->queue().Finish(job.lease, now_)) << "ends once";
  EXPECT_EQ(StateOf("0123456789ab"), ReviewState::kDone);
  EXPECT_EQ(stores_->submissions().Find("0123456789ab")->review.texts[4],
            "text 4");
  EXPECT_EQ(stores_->outbox().Count().due, 1);
  EXPECT_FALSE(stores_->queue().LeaseNext("w", now_ + hours(9)));
}

TEST_P(JobQueueTest, NoMailWithoutAnAddress) {
  Submission submission = Sample("0123456789ab");
  submission.email.clear();
  stores_->submissions().Add(submission, 1);
  const Lease lease = MustLease("w").lease;
  SaveAll(lease);
  EXPECT_TRUE(stores_->queue().Finish(lease, now_));
  EXPECT_EQ(stores_->outbox().Count().due, 0);
}

TEST_P(JobQueueTest, NoMailWhereNoneIsToBeSent) {
  Submission submission = Sample("0123456789ab");
  submission.no_mail = true;
  submission.subscribe = true;
  stores_->submissions().Add(submission, 1);
  const Lease lease = MustLease("w").lease;
  SaveAll(lease);
  EXPECT_TRUE(stores_->queue().Finish(lease, now_));
  const auto mail = stores_->outbox().TakeDue("n", now_);
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->kind, kConfirmationMail) << "which has a limit of its own";
  EXPECT_FALSE(stores_->outbox().TakeDue("n", now_));
}

TEST_P(JobQueueTest, OldestJobComesFirst) {
  stores_->submissions().Add(Sample("000000000001"), 1);
  stores_->submissions().Add(Sample("000000000000"), 1);
  EXPECT_EQ(MustLease("w").review_id, "000000000001");
  EXPECT_EQ(MustLease("w").review_id, "000000000000");
  EXPECT_FALSE(stores_->queue().LeaseNext("w", now_));
}

TEST_P(JobQueueTest, ExpiredLeaseIsTakenOver) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  const LeasedJob first = MustLease("first");
  now_ += kLeaseTime - std::chrono::milliseconds(1);
  EXPECT_FALSE(stores_->queue().LeaseNext("second", now_));
  now_ += std::chrono::milliseconds(1);
  const LeasedJob second = MustLease("second");
  EXPECT_EQ(second.lease.job, first.lease.job);
  EXPECT_GT(second.lease.attempt, first.lease.attempt);
}

TEST_P(JobQueueTest, RenewedLeaseIsNotTakenOver) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  const Lease lease = MustLease("first").lease;
  for (int i = 0; i < 20; ++i) {
    now_ += kRenewEvery;
    EXPECT_TRUE(stores_->queue().Renew(lease, now_));
    EXPECT_FALSE(stores_->queue().LeaseNext("second", now_));
  }
}

TEST_P(JobQueueTest, LateWorkerCannotFinish) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  const Lease late = MustLease("late").lease;
  SaveAll(late);
  now_ += kLeaseTime;
  const Lease present = MustLease("present").lease;
  EXPECT_FALSE(stores_->queue().Finish(late, now_));
  EXPECT_FALSE(stores_->queue().Renew(late, now_));
  EXPECT_FALSE(SaveText(late, 0, "late"));
  EXPECT_FALSE(stores_->queue().Fail(late, "late", now_, now_));
  EXPECT_FALSE(stores_->queue().GiveBack(late));
  EXPECT_EQ(stores_->outbox().Count().due, 0);
  EXPECT_TRUE(stores_->queue().Finish(present, now_));
  EXPECT_EQ(stores_->submissions().Find("0123456789ab")->review.texts[0],
            "text 0");
}

TEST_P(JobQueueTest, AnotherAttemptOfTheSameOwnerIsAnotherLease) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  const Lease first = MustLease("w").lease;
  EXPECT_TRUE(stores_->queue().GiveBack(first));
  const Lease second = MustLease("w").lease;
  EXPECT_NE(second.attempt, first.attempt);
  EXPECT_FALSE(stores_->queue().Renew(first, now_));
  EXPECT_TRUE(stores_->queue().Renew(second, now_));
}

TEST_P(JobQueueTest, RetryKeepsFinishedTexts) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  const Lease first = MustLease("first").lease;
  SaveText(first, 3, "kept");
  now_ += kLeaseTime;
  const LeasedJob second = MustLease("second");
  EXPECT_EQ(second.texts[3], "kept");
  EXPECT_FALSE(second.texts[0]);
  SaveText(second.lease, 3, "again");
  EXPECT_EQ(stores_->submissions().Find("0123456789ab")->review.texts,
            (std::vector<std::string>{"kept"}));
}

TEST_P(JobQueueTest, WhatATextCameFromIsKeptWithIt) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  const Lease lease = MustLease("w").lease;
  Provenance first{{"0a1b", "bf16", "avx512"}, {0.1f, 0.95f, 400}, 7};
  Provenance second{
      {"2c3d", "fp32", "plain", 8, "4e5f"}, {1, 0.9f, 30}, ~uint64_t{0}};
  EXPECT_TRUE(stores_->queue().SaveText(lease, 3, "d", second));
  EXPECT_TRUE(stores_->queue().SaveText(lease, 0, "a", first));
  EXPECT_TRUE(stores_->queue().SaveText(lease, 0, "late", second));
  const auto found = Open()->submissions().Find("0123456789ab");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->review.texts, (std::vector<std::string>{"a", "d"}));
  EXPECT_EQ(found->provenances,
            (std::vector<std::optional<Provenance>>{first, second}));
}

TEST_P(JobQueueTest, FiveFailuresAndTheReviewFailed) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  for (int i = 1; i <= kMaxAttempts; ++i) {
    EXPECT_EQ(StateOf("0123456789ab"), ReviewState::kWaiting);
    const Lease lease = MustLease("w").lease;
    EXPECT_TRUE(
        stores_->queue().Fail(lease, "no memory", now_ + seconds(10), now_));
    EXPECT_FALSE(stores_->queue().LeaseNext("w", now_ + seconds(9)));
    now_ += seconds(10);
  }
  EXPECT_EQ(StateOf("0123456789ab"), ReviewState::kFailed);
  EXPECT_EQ(stores_->submissions().Find("0123456789ab")->fault, "no memory");
  EXPECT_EQ(stores_->queue().Count().dead, 1);
  EXPECT_FALSE(stores_->queue().LeaseNext("w", now_ + hours(9)));
}

TEST_P(JobQueueTest, FiveCrashesAndTheReviewFailed) {
  stores_->submissions().Add(Sample("000000000000"), 1);
  stores_->submissions().Add(Sample("000000000001"), 1);
  for (int i = 0; i < kMaxAttempts; ++i) {
    EXPECT_EQ(MustLease("w").review_id, "000000000000");
    now_ += kLeaseTime;
  }
  EXPECT_EQ(MustLease("w").review_id, "000000000001") << "the line goes on";
  EXPECT_EQ(StateOf("000000000000"), ReviewState::kFailed);
}

TEST_P(JobQueueTest, LeasesGivenBackDoNotCount) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  for (int i = 0; i < 3 * kMaxAttempts; ++i) {
    EXPECT_TRUE(stores_->queue().GiveBack(MustLease("w").lease));
  }
  EXPECT_EQ(StateOf("0123456789ab"), ReviewState::kWaiting);
}

TEST_P(JobQueueTest, JobCannotEndWithoutItsTexts) {
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  const Lease lease = MustLease("w").lease;
  SaveText(lease, 0, "one");
  EXPECT_THROW(stores_->queue().Finish(lease, now_), base::Error);
  EXPECT_EQ(StateOf("0123456789ab"), ReviewState::kGenerating);
  EXPECT_EQ(stores_->outbox().Count().due, 0);
}

TEST_P(JobQueueTest, WorkersInSeveralProcessesNeverGetTheSameJob) {
  constexpr int kJobs = 24;
  constexpr int kProcesses = 3;
  for (int i = 0; i < kJobs; ++i) {
    stores_->submissions().Add(Sample("0000000000" + std::to_string(10 + i)),
                               1);
  }
  stores_.reset();  // a child inherits no open connection
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        const auto stores = Open();
        const std::string name = std::to_string(p);
        std::ofstream out(directory_ / ("leased" + name));
        while (auto job = stores->queue().LeaseNext(name, now_)) {
          out << job->lease.job << '\n';
        }
        out.close();
        _exit(0);
      } catch (...) {
        _exit(1);
      }
    }
  }
  for (int p = 0; p < kProcesses; ++p) {
    int status = -1;
    wait(&status);
    EXPECT_EQ(status, 0);
  }
  std::multiset<int> leased;
  for (int p = 0; p < kProcesses; ++p) {
    std::ifstream in(directory_ / ("leased" + std::to_string(p)));
    for (int job; in >> job;) leased.insert(job);
  }
  EXPECT_EQ(leased.size(), static_cast<size_t>(kJobs));
  EXPECT_EQ(std::set<int>(leased.begin(), leased.end()).size(), leased.size());
}

TEST_P(JobQueueTest, ThreadsShareOneStore) {
  constexpr int kThreads = 3;
  constexpr int kEach = 3;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id =
            "0000000000" + std::to_string(10 + t * kEach + i);
        EXPECT_TRUE(stores_->submissions().Add(Sample(id), 1));
        EXPECT_TRUE(stores_->submissions().Find(id));
        const auto job = stores_->queue().LeaseNext(std::to_string(t), now_);
        ASSERT_TRUE(job);
        SaveAll(job->lease);
        EXPECT_TRUE(stores_->queue().Finish(job->lease, now_));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(stores_->queue().Count().done, kThreads * kEach);
  EXPECT_EQ(stores_->outbox().Count().due, kThreads * kEach);
}

class DueMailTest : public Store {
 protected:
  void SetUp() override {
    stores_->submissions().Add(Sample("0123456789ab"), 1);
    const Lease lease = MustLease("w").lease;
    SaveAll(lease);
    stores_->queue().Finish(lease, now_);
  }
};

TEST_P(DueMailTest, IsTakenByOneSenderAtATime) {
  const auto mail = stores_->outbox().TakeDue("a", now_);
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->kind, kReviewReadyMail);
  EXPECT_EQ(mail->to, "v@example.org");
  EXPECT_EQ(mail->review_id, "0123456789ab");
  EXPECT_EQ(mail->attempt, 1);
  EXPECT_FALSE(Open()->outbox().TakeDue("b", now_));
  EXPECT_TRUE(stores_->outbox().MarkSent(*mail, now_));
  EXPECT_FALSE(stores_->outbox().TakeDue("b", now_ + hours(99)));
  EXPECT_EQ(stores_->outbox().Count().sent, 1);
}

TEST_P(DueMailTest, LateSenderCannotMark) {
  const auto late = stores_->outbox().TakeDue("a", now_);
  now_ += kMailLeaseTime;
  const auto present = stores_->outbox().TakeDue("b", now_);
  ASSERT_TRUE(late && present);
  EXPECT_EQ(present->attempt, 2);
  EXPECT_FALSE(stores_->outbox().MarkSent(*late, now_));
  EXPECT_FALSE(stores_->outbox().Postpone(*late, now_, "late"));
  EXPECT_FALSE(stores_->outbox().Suppress(*late, "late", now_));
  EXPECT_TRUE(stores_->outbox().Postpone(*present, now_ + hours(1), "busy"));
  EXPECT_FALSE(stores_->outbox().TakeDue("b", now_ + hours(1) - seconds(1)));
  const auto again = stores_->outbox().TakeDue("b", now_ + hours(1));
  ASSERT_TRUE(again);
  EXPECT_TRUE(stores_->outbox().Suppress(*again, "no such user", now_));
  EXPECT_EQ(stores_->outbox().Count().suppressed, 1);
  EXPECT_FALSE(stores_->outbox().TakeDue("b", now_ + hours(99)));
}

TEST_P(DueMailTest, BlockedReviewSendsNone) {
  stores_->moderation().Block("0123456789ab", {kByCommand, now_});
  EXPECT_FALSE(stores_->outbox().TakeDue("a", now_));
  stores_->moderation().Unblock("0123456789ab", {kByCommand, now_});
  EXPECT_TRUE(stores_->outbox().TakeDue("a", now_));
}

const auto kAll = ::testing::ValuesIn(kStoreKinds);
INSTANTIATE_TEST_SUITE_P(All, SubmissionStoreTest, kAll, NameOf);
INSTANTIATE_TEST_SUITE_P(All, JobQueueTest, kAll, NameOf);
INSTANTIATE_TEST_SUITE_P(All, DueMailTest, kAll, NameOf);

}  // namespace
}  // namespace artspeak::store
