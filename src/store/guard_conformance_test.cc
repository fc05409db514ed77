// What every store must do behind the ports that guard the site.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "service/admission_store.h"
#include "service/job_queue.h"
#include "service/moderation_store.h"
#include "service/outbox.h"
#include "service/privacy_store.h"
#include "service/secret_store.h"
#include "service/submission_store.h"
#include "store/test_stores.h"
#include "tests/support/testing.h"

namespace artspeak::store {
namespace {

using namespace service;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class SecretStoreTest : public ConformanceTest {};

TEST_P(SecretStoreTest, TheSecretIsMadeOnceForAllProcesses) {
  std::vector<std::unique_ptr<Stores>> processes;
  for (int i = 0; i < 4; ++i) processes.push_back(Open());
  std::vector<std::string> secrets(processes.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < processes.size(); ++i) {
    threads.emplace_back(
        [&, i] { secrets[i] = processes[i]->secrets().Secret(); });
  }
  for (std::thread& thread : threads) thread.join();
  secrets.push_back(Open()->secrets().Secret());
  EXPECT_EQ(std::set(secrets.begin(), secrets.end()).size(), 1u);
  EXPECT_EQ(secrets[0].size(), kSecretBytes);
}

TEST_P(SecretStoreTest, EverySiteHasItsOwn) {
  const testing::TempDir elsewhere;
  EXPECT_NE(Open()->secrets().Secret(),
            GetParam().open(elsewhere.path())->secrets().Secret());
}

class AdmissionStoreTest : public ConformanceTest {
 protected:
  bool Enter(const Entry& entry) {
    return stores_->admissions().Enter(entry, Times(),
                                       [](const Traffic&) { return true; });
  }
  Traffic Count(const Entry& entry) {
    return stores_->admissions().Count(entry, Times().since);
  }
  AdmissionStore::Times Times() const {
    return {now_, now_ - hours(1), now_ - hours(4)};
  }

  base::UnixTime now_{hours(24 * 365 * 50)};
  std::unique_ptr<Stores> stores_ = Open();
};

TEST_P(AdmissionStoreTest, CountsByClientByWordsAndInAll) {
  const base::UnixTime begin = now_;
  EXPECT_EQ(Count({"alice", "chair", ""}).total, 0);
  EXPECT_TRUE(Enter({"alice", "chair", ""}));
  now_ += seconds(10);
  EXPECT_TRUE(Enter({"bob", "chair", ""}));
  now_ += seconds(10);
  EXPECT_TRUE(Enter({"alice", "sofa", ""}));
  const Traffic traffic =
      Open()->admissions().Count({"alice", "chair", ""}, Times().since);
  EXPECT_EQ(traffic.total, 3);
  EXPECT_EQ(traffic.total_oldest, begin);
  EXPECT_EQ(traffic.of_client, 2);
  EXPECT_EQ(traffic.client_oldest, begin);
  EXPECT_EQ(traffic.client_newest, now_);
  EXPECT_EQ(traffic.of_prompt, 2);
  EXPECT_EQ(traffic.prompt_oldest, begin);
  EXPECT_EQ(Count({"bob", "sofa", ""}).of_client, 1);
  EXPECT_EQ(Count({"carol", "lamp", ""}).of_client, 0);
}

TEST_P(AdmissionStoreTest, ForgetsWhatIsOlderThanTheWindow) {
  Enter({"alice", "chair", ""});
  now_ += hours(1) - milliseconds(1);
  EXPECT_EQ(Count({"alice", "chair", ""}).total, 1);
  now_ += milliseconds(1);
  EXPECT_EQ(Count({"alice", "chair", ""}).total, 0);
  Enter({"bob", "sofa", ""});
  EXPECT_EQ(stores_->admissions().Count({"alice", "", ""}, {}).of_client, 0)
      << "deleted, not only out of sight";
}

TEST_P(AdmissionStoreTest, WhoMayNotEnterLeavesNoTrace) {
  EXPECT_FALSE(stores_->admissions().Enter(
      {"alice", "chair", "t1"}, Times(), [](const Traffic&) { return false; }));
  const Traffic traffic = Count({"alice", "chair", "t1"});
  EXPECT_EQ(traffic.total, 0);
  EXPECT_FALSE(traffic.spent);
}

TEST_P(AdmissionStoreTest, ATicketIsSpentByEnteringUntilItIsForgotten) {
  EXPECT_FALSE(Count({"alice", "chair", "t1"}).spent);
  Enter({"alice", "chair", "t1"});
  EXPECT_TRUE(Count({"bob", "sofa", "t1"}).spent);
  EXPECT_FALSE(Count({"bob", "sofa", "t2"}).spent);
  Enter({"bob", "sofa", ""});
  EXPECT_FALSE(Count({"bob", "sofa", ""}).spent) << "no ticket is none";
  now_ += hours(4);
  Enter({"bob", "sofa", ""});
  EXPECT_FALSE(Count({"bob", "sofa", "t1"}).spent);
}

TEST_P(AdmissionStoreTest, TheLineIsCountedWithoutWhatIsBlockedOrHeld) {
  for (int i = 0; i < 3; ++i) {
    Submission submission;
    submission.id = "00000000000" + std::to_string(i);
    stores_->submissions().Add(submission, 1);
  }
  EXPECT_EQ(Count({}).waiting, 3);
  stores_->moderation().Block("000000000001", {kByCommand, now_});
  EXPECT_EQ(Count({}).waiting, 2);
  Submission held;
  held.id = "000000000009";
  held.held = true;
  stores_->submissions().Add(held, 1);
  EXPECT_EQ(Count({}).waiting, 2);
}

// Several processes at one door let in no more than one would.
TEST_P(AdmissionStoreTest, NobodySlipsInWhileAnotherEnters) {
  constexpr int kLimit = 5;
  std::vector<std::thread> threads;
  for (int process = 0; process < 4; ++process) {
    threads.emplace_back([&] {
      const auto stores = Open();
      for (int i = 0; i < 4; ++i) {
        stores->admissions().Enter(
            {"alice", "chair", ""}, Times(),
            [](const Traffic& t) { return t.of_client < kLimit; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count({"alice", "", ""}).of_client, kLimit);
}

TEST_P(AdmissionStoreTest, AnAddressGetsSoManyMailsADay) {
  const auto promise = [&](const std::string& address) {
    return stores_->admissions().PromiseMail(address, 2, now_);
  };
  EXPECT_TRUE(promise("hash one"));
  now_ += hours(1);
  EXPECT_TRUE(promise("hash one"));
  EXPECT_FALSE(promise("hash one"));
  EXPECT_FALSE(Open()->admissions().PromiseMail("hash one", 2, now_));
  EXPECT_TRUE(promise("hash two"));
  now_ += kMailWindow - hours(1) - milliseconds(1);
  EXPECT_FALSE(promise("hash one"));
  now_ += milliseconds(1);
  EXPECT_TRUE(promise("hash one")) << "as the first one is a day old";
  EXPECT_FALSE(promise("hash one")) << "what was refused did not count";
}

class PrivacyStoreTest : public ConformanceTest {
 protected:
  void Add(bool subscribe = false) {
    Submission submission;
    submission.id = kId;
    submission.prompt = "A chair";
    submission.email = kEmail;
    submission.subscribe = subscribe;
    submission.created = now_;
    submission.client = kClient;
    stores_->submissions().Add(submission, 1);
  }
  Lease TakeJob() {
    auto job = stores_->queue().LeaseNext("w", now_);
    EXPECT_TRUE(job);
    return job.value_or(LeasedJob{}).lease;
  }
  void Finish() {
    const Lease lease = TakeJob();
    for (int i = 0; i < kTextsPerReview; ++i) {
      EXPECT_TRUE(stores_->queue().SaveText(lease, i, "text", {}));
    }
    EXPECT_TRUE(stores_->queue().Finish(lease, now_));
  }
  void SendMail() {
    const auto mail = stores_->outbox().TakeDue("n", now_);
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->to, kEmail);
    EXPECT_TRUE(stores_->outbox().MarkSent(*mail, now_));
  }
  // Looked for in the files, so that nothing is only out of sight.
  bool IsKept(const std::string& text) {
    for (const auto& file :
         std::filesystem::directory_iterator(directory_.path())) {
      if (base::ReadFile(file.path()).find(text) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  const std::string kId = "0123456789ab";
  // Long, so that a shorter row in its place does not cover it.
  const std::string kEmail = "visitor@" + std::string(60, 'a') + ".example";
  const std::string kClient = "00112233445566778899aabbccddeeff";
  base::UnixTime now_{hours(24 * 365 * 50)};
  std::unique_ptr<Stores> stores_ = Open();
};

TEST_P(PrivacyStoreTest, AnAddressIsForgottenAfterItsMailWasSent) {
  Add();
  now_ += hours(1);
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).addresses, 0)
      << "still in line";
  Finish();
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).addresses, 0)
      << "not yet sent";
  SendMail();
  EXPECT_EQ(stores_->privacy().Forget(now_ - seconds(1), now_).addresses, 0)
      << "kept for a while";
  EXPECT_TRUE(IsKept("visitor@"));
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).addresses, 1);
  EXPECT_FALSE(IsKept("visitor@"));
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).addresses, 0);
  EXPECT_EQ(stores_->submissions().Find(kId)->review.texts.size(), 5u);
}

// The list has its own, and says itself how long.
TEST_P(PrivacyStoreTest, AWishForNewsKeepsNoAddressBesideTheReview) {
  Add(true);
  Finish();
  while (const auto mail = stores_->outbox().TakeDue("n", now_)) {
    EXPECT_TRUE(stores_->outbox().MarkSent(*mail, now_));
  }
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).addresses, 1);
  EXPECT_TRUE(IsKept("visitor@")) << "as a subscriber's";
}

TEST_P(PrivacyStoreTest, AReportsClientIsForgottenWhenNoLimitNeedsIt) {
  Add();
  stores_->submissions().AddReport(
      kId, {.reason = ReportReason::kOther,
            .note = "",
            .client = "ffeeddccbbaa99887766554433221100",
            .created = now_});
  stores_->privacy().Forget(now_, now_);
  now_ += kReportWindow - seconds(1);
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).clients, 0);
  EXPECT_TRUE(IsKept("ffeeddccbbaa"));
  now_ += seconds(1);
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).clients, 1);
  EXPECT_FALSE(IsKept("ffeeddccbbaa"));
}

TEST_P(PrivacyStoreTest, AnAddressIsForgottenIfNothingWillBeSent) {
  Add();
  for (int i = 0; i < kMaxAttempts; ++i) {
    EXPECT_EQ(stores_->privacy().Forget(now_, now_).addresses, 0);
    EXPECT_TRUE(stores_->queue().Fail(TakeJob(), "broken", now_, now_));
  }
  EXPECT_EQ(stores_->privacy().Forget(now_ - seconds(1), now_).addresses, 0);
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).addresses, 1);
  EXPECT_FALSE(IsKept("visitor@"));
}

TEST_P(PrivacyStoreTest, ABlockedReviewsAddressIsForgotten) {
  Add();
  stores_->moderation().Block(kId, {kByCommand, now_});
  EXPECT_EQ(stores_->privacy().Forget(now_ - seconds(1), now_).addresses, 0);
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).addresses, 1);
  stores_->moderation().Unblock(kId, {kByCommand, now_});
  Finish();
  EXPECT_FALSE(stores_->outbox().TakeDue("n", now_));
}

TEST_P(PrivacyStoreTest, AClientsHashIsForgottenByItsAge) {
  Add();
  EXPECT_EQ(stores_->privacy().Forget(now_ - seconds(1), now_).clients, 0);
  EXPECT_TRUE(IsKept(kClient));
  EXPECT_EQ(stores_->privacy().Forget(now_, now_).clients, 1);
  EXPECT_FALSE(IsKept(kClient));
}

TEST_P(PrivacyStoreTest, AMailAddressHashIsForgottenWhenNoLimitNeedsIt) {
  const std::string hash = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
  EXPECT_TRUE(stores_->admissions().PromiseMail(hash, 5, now_));
  now_ += kMailWindow - milliseconds(1);
  stores_->privacy().Forget(now_, now_);
  EXPECT_TRUE(IsKept(hash));
  now_ += milliseconds(1);
  stores_->privacy().Forget(now_ - hours(24 * 7), now_);
  EXPECT_FALSE(IsKept(hash));
}

const auto kAll = ::testing::ValuesIn(kStoreKinds);
INSTANTIATE_TEST_SUITE_P(All, SecretStoreTest, kAll, NameOf);
INSTANTIATE_TEST_SUITE_P(All, AdmissionStoreTest, kAll, NameOf);
INSTANTIATE_TEST_SUITE_P(All, PrivacyStoreTest, kAll, NameOf);

}  // namespace
}  // namespace artspeak::store
