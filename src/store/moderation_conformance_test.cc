// What every store must do for the owner: reports, what waits for the owner,
// and the audit trail.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "service/audit_trail.h"
#include "service/job_queue.h"
#include "service/moderation_store.h"
#include "service/outbox.h"
#include "service/reception.h"
#include "service/submission_store.h"
#include "store/test_stores.h"
#include "tests/support/testing.h"

namespace artspeak::store {
namespace {

using namespace service;
using std::chrono::hours;
using std::chrono::seconds;

class Moderation : public ConformanceTest {
 protected:
  Submission Sample(const std::string& id) {
    return {id, "A chair", "v@example.org", 7, false, now_};
  }
  LeasedJob MustLease() {
    auto job = stores_->queue().LeaseNext("w", now_);
    EXPECT_TRUE(job);
    return job.value_or(LeasedJob{});
  }
  void FinishNext() {
    const Lease lease = MustLease().lease;
    for (int i = 0; i < kTextsPerReview; ++i) {
      EXPECT_TRUE(stores_->queue().SaveText(lease, i, "text", {}));
    }
    EXPECT_TRUE(stores_->queue().Finish(lease, now_));
  }
  ReviewState StateOf(const std::string& id) {
    return stores_->submissions().Find(id).value().review.state;
  }
  // What the owner does by command.
  Deed Now() const { return {kByCommand, now_}; }
  static std::string Id(int n) { return fmt::format("{:012}", n); }
  // Finished reviews Id(0) to Id(count - 1).
  void AddFinished(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(stores_->submissions().Add(Sample(Id(i)), 1));
      FinishNext();
    }
  }
  ReportOutcome Report(const std::string& id, std::string client = "",
                       std::string note = "") {
    return stores_->submissions().AddReport(
        id, {ReportReason::kPrivacy, std::move(note), std::move(client), now_});
  }
  std::vector<std::string> Actions(const std::string& id) {
    std::vector<std::string> actions;
    for (const AuditEntry& entry : stores_->trail().List(id, 100, 0)) {
      actions.push_back(entry.actor + ": " + entry.action);
    }
    return actions;
  }
  std::vector<std::string> Listed(const ReviewQuery& query) {
    std::vector<std::string> ids;
    for (const ListedReview& listed : stores_->moderation().List(query)) {
      ids.push_back(listed.review.id);
    }
    return ids;
  }

  base::UnixTime now_{hours(24 * 365 * 50)};
  std::unique_ptr<Stores> stores_ = Open();
};

TEST_P(Moderation, BlockHidesAtOnceAndUnblockLetsItGoOn) {
  ModerationStore& owner = stores_->moderation();
  stores_->submissions().Add(Sample("0123456789ab"), 1);
  EXPECT_TRUE(owner.Block("0123456789ab", Now()));
  EXPECT_TRUE(owner.Block("0123456789ab", {kByCommand, now_ + hours(1)}));
  EXPECT_EQ(StateOf("0123456789ab"), ReviewState::kBlocked);
  EXPECT_EQ(stores_->submissions().Find("0123456789ab")->blocked, now_);
  EXPECT_FALSE(stores_->queue().LeaseNext("w", now_)) << "no work for it";
  EXPECT_TRUE(owner.Unblock("0123456789ab", Now()));
  EXPECT_EQ(StateOf("0123456789ab"), ReviewState::kWaiting);
  EXPECT_TRUE(stores_->queue().LeaseNext("w", now_));
  EXPECT_FALSE(owner.Block("unknown", Now()));
  EXPECT_FALSE(owner.Unblock("unknown", Now()));
  EXPECT_EQ(Actions("0123456789ab"),
            (std::vector<std::string>{"command line: unblock",
                                      "command line: block"}));
}

TEST_P(Moderation, ReportedPageShowsNothing) {
  base::FakeClock clock(now_);
  Reception reception(stores_->submissions(), clock);
  const auto id = std::get<std::string>(
      reception.Submit({"A chair", "7", "v@example.org", false}));
  FinishNext();
  EXPECT_EQ(reception.FindDone(std::vector{id}).size(), 1u);
  const auto report = [&](const std::string& which) {
    return std::get<ReportOutcome>(
        reception.Report(which, {"insult", "Me."}, "someone"));
  };
  EXPECT_EQ(report("0123456789ab"), ReportOutcome::kUnknown);
  EXPECT_EQ(report("' OR 1=1 --"), ReportOutcome::kUnknown);
  EXPECT_EQ(report(id), ReportOutcome::kBlocked);
  const auto review = reception.Find(id);
  ASSERT_TRUE(review);
  EXPECT_EQ(review->state, ReviewState::kBlocked);
  EXPECT_TRUE(review->prompt.empty());
  EXPECT_TRUE(review->texts.empty());
  EXPECT_TRUE(reception.FindDone(std::vector{id}).empty());
  EXPECT_EQ(stores_->submissions().Find(id)->review.texts.size(), 5u)
      << "the owner still sees it";
}

TEST_P(Moderation, AReportIsKeptWithItsReason) {
  AddFinished(1);
  EXPECT_EQ(Report(Id(0), "a", "Öl …"), ReportOutcome::kBlocked);
  now_ += seconds(1);
  EXPECT_EQ(Report(Id(0), "b"), ReportOutcome::kBlocked) << "already";
  const auto reports = Open()->moderation().Reports(Id(0));
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].report.client, "b");
  EXPECT_FALSE(reports[0].blocked);
  EXPECT_EQ(reports[1].report.reason, ReportReason::kPrivacy);
  EXPECT_EQ(reports[1].report.note, "Öl …");
  EXPECT_EQ(reports[1].report.created, now_ - seconds(1));
  EXPECT_TRUE(reports[1].blocked);
  EXPECT_TRUE(reports[1].open);
  EXPECT_EQ(Actions(Id(0)), std::vector<std::string>{"visitor: block"});
  const auto entry = stores_->trail().List(Id(0), 1, 0).at(0);
  EXPECT_EQ(entry.note, "privacy");
  EXPECT_EQ(entry.at, now_ - seconds(1));
}

TEST_P(Moderation, NobodyEmptiesTheGallery) {
  AddFinished(kBlocksPerClient + 2);
  for (int i = 0; i < kBlocksPerClient; ++i) {
    EXPECT_EQ(Report(Id(i), "a"), ReportOutcome::kBlocked);
    EXPECT_EQ(Report(Id(i), "a"), ReportOutcome::kBlocked) << "costs nothing";
  }
  const std::string next = Id(kBlocksPerClient);
  EXPECT_EQ(Report(next, "a"), ReportOutcome::kKept);
  EXPECT_EQ(StateOf(next), ReviewState::kDone);
  EXPECT_EQ(stores_->moderation().Reports(next).size(), 1u) << "for the owner";
  EXPECT_EQ(Report(next, "b"), ReportOutcome::kBlocked);
  now_ += kReportWindow;
  EXPECT_EQ(Report(Id(kBlocksPerClient + 1), "a"), ReportOutcome::kBlocked);
}

TEST_P(Moderation, AllVisitorsTogetherEmptyNoGalleryEither) {
  AddFinished(kBlocksInTotal + 1);
  for (int i = 0; i < kBlocksInTotal; ++i) {
    const std::string client = i % 2 == 0 ? "" : "client " + std::to_string(i);
    EXPECT_EQ(Report(Id(i), client), ReportOutcome::kBlocked) << i;
  }
  EXPECT_EQ(Report(Id(kBlocksInTotal), "new"), ReportOutcome::kKept);
  EXPECT_EQ(Report(Id(kBlocksInTotal)), ReportOutcome::kKept);
  now_ += kReportWindow;
  EXPECT_EQ(Report(Id(kBlocksInTotal), "new"), ReportOutcome::kBlocked);
}

TEST_P(Moderation, WhatTheOwnerPutBackStays) {
  AddFinished(1);
  Report(Id(0), "a");
  EXPECT_TRUE(stores_->moderation().Unblock(Id(0), Now()));
  EXPECT_FALSE(stores_->moderation().Reports(Id(0)).at(0).open);
  EXPECT_EQ(Report(Id(0), "b"), ReportOutcome::kKept);
  EXPECT_EQ(StateOf(Id(0)), ReviewState::kDone);
  EXPECT_EQ(Listed({.open = true}), std::vector<std::string>{Id(0)});
  stores_->moderation().Block(Id(0), Now());
  stores_->moderation().Unblock(Id(0), Now());
  EXPECT_TRUE(Listed({.open = true}).empty());
  EXPECT_EQ(Report(Id(0), "b"), ReportOutcome::kKept);
}

TEST_P(Moderation, WhatTheOwnerCouldNotReadYetDoesNot) {
  stores_->submissions().Add(Sample(Id(0)), 1);
  Report(Id(0), "a");
  stores_->moderation().Unblock(Id(0), Now());
  FinishNext();
  EXPECT_EQ(Report(Id(0), "b"), ReportOutcome::kBlocked);
}

TEST_P(Moderation, ThousandReportsOfOnePageFillNoDisk) {
  AddFinished(1);
  for (int i = 0; i < 2 * kMaxOpenReports; ++i) {
    EXPECT_EQ(Report(Id(0), std::to_string(i)), ReportOutcome::kBlocked);
  }
  EXPECT_EQ(stores_->moderation().Reports(Id(0)).size(),
            static_cast<size_t>(kMaxOpenReports));
}

TEST_P(Moderation, HeldSubmissionWaitsForTheOwner) {
  Submission held = Sample(Id(0));
  held.held = true;
  stores_->submissions().Add(held, 1);
  stores_->submissions().Add(Sample(Id(1)), 1);
  EXPECT_EQ(StateOf(Id(0)), ReviewState::kHeld);
  EXPECT_EQ(stores_->submissions().Find(Id(0))->held, now_);
  EXPECT_EQ(stores_->submissions().Find(Id(1))->review.jobs_ahead, 0);
  EXPECT_EQ(Listed({.open = true}), std::vector<std::string>{Id(0)});
  EXPECT_EQ(MustLease().review_id, Id(1));
  EXPECT_FALSE(stores_->queue().LeaseNext("w", now_));
  now_ += hours(5);
  EXPECT_TRUE(stores_->moderation().Approve(Id(0), Now()));
  EXPECT_EQ(StateOf(Id(0)), ReviewState::kWaiting);
  EXPECT_TRUE(Listed({.open = true}).empty());
  now_ += seconds(1);
  FinishNext();
  EXPECT_EQ(StateOf(Id(0)), ReviewState::kDone);
  EXPECT_EQ(stores_->submissions().RecentJobs(1).at(0).created,
            now_ - seconds(1))
      << "it was not in line before";
  EXPECT_TRUE(stores_->moderation().Approve(Id(0), Now()));
  EXPECT_FALSE(stores_->moderation().Approve("unknown", Now()));
  EXPECT_EQ(Actions(Id(0)), std::vector<std::string>{"command line: approve"});
}

TEST_P(Moderation, HeldPageShowsNothing) {
  base::FakeClock clock(now_);
  Reception reception(stores_->submissions(), clock, {},
                      [](std::string_view prompt) {
                        return prompt.find("chair") != std::string_view::npos;
                      });
  const auto submit = [&](const std::string& prompt) {
    return std::get<std::string>(reception.Submit({prompt, "7", "", false}));
  };
  EXPECT_EQ(reception.Find(submit("A table"))->state, ReviewState::kWaiting);
  const auto held = reception.Find(submit("A chair"));
  EXPECT_EQ(held->state, ReviewState::kHeld);
  EXPECT_TRUE(held->prompt.empty());
}

TEST_P(Moderation, ARefusedSubmissionIsDecided) {
  Submission held = Sample(Id(0));
  held.held = true;
  stores_->submissions().Add(held, 1);
  stores_->moderation().Block(Id(0), Now());
  EXPECT_EQ(StateOf(Id(0)), ReviewState::kBlocked);
  EXPECT_EQ(stores_->moderation().Count().open, 0);
  stores_->moderation().Unblock(Id(0), Now());
  EXPECT_EQ(StateOf(Id(0)), ReviewState::kHeld);
}

TEST_P(Moderation, EraseLeavesTheIdInTheTrailAlone) {
  AddFinished(1);
  Report(Id(0), "a", "secret");
  EXPECT_TRUE(stores_->moderation().Erase(Id(0), Now()));
  EXPECT_FALSE(stores_->moderation().Erase(Id(0), Now()));
  EXPECT_FALSE(stores_->submissions().Find(Id(0)));
  EXPECT_TRUE(stores_->moderation().Reports(Id(0)).empty());
  EXPECT_EQ(stores_->outbox().Count().due, 0);
  EXPECT_EQ(stores_->queue().Count().done, 0);
  EXPECT_EQ(Actions(Id(0)), (std::vector<std::string>{"command line: erase",
                                                      "visitor: block"}));
}

TEST_P(Moderation, WorkerOfAnErasedReviewIsRefused) {
  stores_->submissions().Add(Sample(Id(0)), 1);
  const Lease lease = MustLease().lease;
  stores_->queue().SaveText(lease, 0, "one", {});
  stores_->moderation().Erase(Id(0), Now());
  EXPECT_FALSE(stores_->queue().SaveText(lease, 1, "two", {}));
  EXPECT_FALSE(stores_->queue().Renew(lease, now_));
  EXPECT_FALSE(stores_->queue().Finish(lease, now_));
}

TEST_P(Moderation, ListIsNewestFirstAndFiltersAndTurnsPages) {
  for (int i = 0; i < 4; ++i) {
    Submission submission = Sample(Id(i));
    submission.created = now_ + seconds(i);
    stores_->submissions().Add(submission, 1);
  }
  stores_->moderation().Block(Id(2), Now());
  Report(Id(1), "a");
  using Ids = std::vector<std::string>;
  EXPECT_EQ(Listed({.limit = 3}), (Ids{Id(3), Id(2), Id(1)}));
  EXPECT_EQ(Listed({.limit = 3, .offset = 3}), Ids{Id(0)});
  EXPECT_EQ(Listed({.state = ReviewState::kBlocked}), (Ids{Id(2), Id(1)}));
  EXPECT_EQ(Listed({.open = true}), Ids{Id(1)});
  EXPECT_EQ(Listed({.open = true, .state = ReviewState::kDone}), Ids{});
  const auto first = stores_->moderation().List({.open = true}).at(0);
  EXPECT_EQ(first.review.prompt, "A chair");
  EXPECT_EQ(first.review.created, now_ + seconds(1));
  EXPECT_EQ(first.review.state, ReviewState::kBlocked);
  EXPECT_EQ(first.open_reports, 1);
  const ReviewCounts counts = stores_->moderation().Count();
  EXPECT_EQ(counts.open, 1);
  EXPECT_EQ(counts.by_state,
            (std::array<int, kReviewStates>{2, 0, 0, 0, 2, 0}));
}

TEST_P(Moderation, TheTrailIsNewestFirst) {
  stores_->trail().Append({now_, "admin page", "sign in", "", "from here"});
  stores_->submissions().Add(Sample(Id(0)), 1);
  stores_->moderation().Block(Id(0), Now());
  const auto all = Open()->trail().List("", 10, 0);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].subject, Id(0));
  EXPECT_EQ(all[1].action, "sign in");
  EXPECT_EQ(all[1].note, "from here");
  EXPECT_EQ(stores_->trail().List("", 10, 1).at(0).action, "sign in");
  EXPECT_EQ(stores_->trail().List("", 1, 0).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(All, Moderation, ::testing::ValuesIn(kStoreKinds),
                         NameOf);

}  // namespace
}  // namespace artspeak::store
