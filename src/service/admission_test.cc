#include "service/admission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "tests/support/fake_admission_store.h"

namespace artspeak::service {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string Solve(const FormTicket& ticket) {
  for (int n = 0;; ++n) {
    if (IsProof(ticket.ticket, std::to_string(n), ticket.proof_bits)) {
      return std::to_string(n);
    }
  }
}

class AdmissionTest : public ::testing::Test {
 protected:
  Verdict Try(const Attempt& attempt) {
    return admission_.Decide(attempt).verdict;
  }
  // As many submissions of one client as the limits see, each of other words.
  void Fill(const std::string& client, int count) {
    for (int i = 0; i < count; ++i) {
      store_.entries.push_back(
          {clock_.Now(), {client, "prompt " + std::to_string(i), ""}});
    }
  }

  testing::FakeAdmissionStore store_;
  base::FakeClock clock_{base::UnixTime(hours(24 * 365 * 50))};
  const AdmissionLimits limits_{
      .per_client = 8, .per_prompt = 4, .total = 40, .queue = 20};
  Admission admission_{store_, clock_, std::string(32, 'k'), limits_};
};

TEST_F(AdmissionTest, OnAQuietSiteNothingIsAsked) {
  EXPECT_EQ(admission_.TicketFor("alice").proof_bits, 0);
  EXPECT_EQ(Try({.client = "alice", .prompt = "A chair"}), Verdict::kWelcome);
  EXPECT_EQ(Try({.client = "alice", .prompt = "A sofa", .ticket = "nonsense"}),
            Verdict::kWelcome);
}

TEST_F(AdmissionTest, WhatPeopleDoNotSeeStaysEmpty) {
  const Decision decision =
      admission_.Decide({.client = "alice", .prompt = "x", .trap = "http://"});
  EXPECT_EQ(decision.verdict, Verdict::kTrapped);
  EXPECT_FALSE(decision.ticket.ticket.empty());
  EXPECT_TRUE(store_.entries.empty());
}

TEST_F(AdmissionTest, AFormSentFasterThanAPersonIsSentAgain) {
  Fill("alice", limits_.per_client / 4);
  const FormTicket form = admission_.TicketFor("alice");
  clock_.Advance(seconds(1));
  Attempt attempt{.client = "alice", .prompt = "x", .ticket = form.ticket};
  const Decision decision = admission_.Decide(attempt);
  EXPECT_EQ(decision.verdict, Verdict::kTooSoon);
  EXPECT_EQ(decision.retry_after, kLeastWriting - seconds(1));
  EXPECT_EQ(decision.ticket.ticket, form.ticket) << "its time counts on";
  clock_.Advance(decision.retry_after);
  EXPECT_EQ(Try(attempt), Verdict::kWelcome);
}

TEST_F(AdmissionTest, ThenTheFormMustBeOurs) {
  Fill("alice", limits_.per_client / 4);
  Attempt attempt{.client = "alice", .prompt = "x"};
  const Decision decision = admission_.Decide(attempt);
  EXPECT_EQ(decision.verdict, Verdict::kTooSoon);
  EXPECT_EQ(decision.retry_after, kLeastWriting);
  attempt.ticket = decision.ticket.ticket;
  clock_.Advance(kLeastWriting);
  EXPECT_EQ(Try(attempt), Verdict::kWelcome);
  EXPECT_EQ(Try({.client = "bob", .prompt = "x"}), Verdict::kWelcome)
      << "the others are not asked";
}

TEST_F(AdmissionTest, ABusySiteAsksForAProofThatIsUsedOnce) {
  Fill("", limits_.total / 2);
  const FormTicket form = admission_.TicketFor("alice");
  EXPECT_EQ(form.proof_bits, kLeastProofBits);
  Attempt attempt{.client = "alice", .prompt = "x", .ticket = form.ticket};
  EXPECT_EQ(Try(attempt), Verdict::kNeedsProof);
  attempt.proof = Solve(form);
  Attempt stolen = attempt;
  stolen.client = "bob";
  EXPECT_EQ(Try(stolen), Verdict::kNeedsProof);
  EXPECT_EQ(Try(attempt), Verdict::kWelcome);
  const Decision again = admission_.Decide(attempt);
  EXPECT_EQ(again.verdict, Verdict::kNeedsProof);
  EXPECT_NE(again.ticket.ticket, form.ticket);
  EXPECT_GE(again.ticket.proof_bits, kLeastProofBits);
}

TEST_F(AdmissionTest, AProofIsAskedOfOneBusyClientToo) {
  Fill("alice", limits_.per_client / 2);
  EXPECT_EQ(admission_.TicketFor("alice").proof_bits, 0)
      << "the form is shown before this client is counted";
  Attempt attempt{.client = "alice", .prompt = "x"};
  const Decision decision = admission_.Decide(attempt);
  ASSERT_EQ(decision.verdict, Verdict::kNeedsProof);
  attempt.ticket = decision.ticket.ticket;
  attempt.proof = Solve(decision.ticket);
  EXPECT_EQ(Try(attempt), Verdict::kWelcome);
}

TEST_F(AdmissionTest, TheProofGrowsTowardsTheLimit) {
  store_.waiting = limits_.queue / 2;
  const int first = admission_.TicketFor("alice").proof_bits;
  store_.waiting = limits_.queue - 1;
  clock_.Advance(seconds(2));
  const int last = admission_.TicketFor("alice").proof_bits;
  EXPECT_EQ(first, kLeastProofBits);
  EXPECT_GT(last, first);
  EXPECT_LE(last, kMostProofBits);
}

// For whoever runs no scripts.
TEST_F(AdmissionTest, AMinuteOnTheFormStandsForAProof) {
  Fill("", limits_.total / 2);
  Attempt attempt{.client = "alice", .prompt = "x"};
  attempt.ticket = admission_.TicketFor("alice").ticket;
  clock_.Advance(seconds(20));
  const Decision early = admission_.Decide(attempt);
  EXPECT_EQ(early.verdict, Verdict::kNeedsProof);
  EXPECT_EQ(early.retry_after, seconds(40));
  EXPECT_EQ(early.ticket.ticket, attempt.ticket);
  clock_.Advance(early.retry_after);
  EXPECT_EQ(Try(attempt), Verdict::kWelcome);
}

TEST_F(AdmissionTest, TheMinuteCountsFromBeforeTheSiteWasBusy) {
  Attempt attempt{.client = "alice", .prompt = "x"};
  attempt.ticket = admission_.TicketFor("alice").ticket;
  clock_.Advance(seconds(45));
  Fill("", limits_.total / 2);
  const Decision early = admission_.Decide(attempt);
  EXPECT_EQ(early.verdict, Verdict::kNeedsProof);
  EXPECT_EQ(early.retry_after, seconds(15));
  EXPECT_GT(early.ticket.proof_bits, 0) << "for whoever does run scripts";
  clock_.Advance(early.retry_after);
  attempt.ticket = early.ticket.ticket;
  EXPECT_EQ(Try(attempt), Verdict::kWelcome);
}

TEST_F(AdmissionTest, WaitingBringsOneSubmissionAMinuteHoweverManyForms) {
  Fill("", limits_.total / 2);
  std::vector<std::string> tickets;
  for (int i = 0; i < 5; ++i) {
    tickets.push_back(admission_.TicketFor("alice").ticket);
  }
  clock_.Advance(kWaitWithoutProof);
  int welcome = 0;
  for (const std::string& ticket : tickets) {
    welcome += Try({.client = "alice", .prompt = "x", .ticket = ticket}) ==
               Verdict::kWelcome;
  }
  EXPECT_EQ(welcome, 1);
  const Decision decision = admission_.Decide(
      {.client = "alice", .prompt = "x", .ticket = tickets[4]});
  EXPECT_EQ(decision.retry_after, kWaitWithoutProof);
}

TEST_F(AdmissionTest, AFullClientIsToldWhenTheNextMayCome) {
  Fill("alice", 1);
  clock_.Advance(minutes(20));
  Fill("alice", limits_.per_client - 1);
  const Decision decision =
      admission_.Decide({.client = "alice", .prompt = "x"});
  EXPECT_EQ(decision.verdict, Verdict::kClientFull);
  EXPECT_EQ(decision.retry_after, minutes(40));
  EXPECT_EQ(Try({.client = "bob", .prompt = "x"}), Verdict::kWelcome);
  clock_.Advance(decision.retry_after);
  EXPECT_NE(Try({.client = "alice", .prompt = "x"}), Verdict::kClientFull);
}

TEST_F(AdmissionTest, NobodyIsLimitedByTheTotalAlone) {
  for (int i = 0; i <= std::max(limits_.per_client, limits_.per_prompt); ++i) {
    EXPECT_EQ(Try({.client = "", .prompt = "x"}), Verdict::kWelcome);
  }
}

TEST_F(AdmissionTest, TheSameWordsComeOnlySoOften) {
  const std::vector<std::string> same = {"A  Chair\nis", "a chair is",
                                         "A chair is", "A CHAIR IS"};
  for (const std::string& words : same) {
    EXPECT_EQ(Try({.client = words, .prompt = words}), Verdict::kWelcome);
  }
  EXPECT_EQ(Try({.client = "alice", .prompt = "a chair is"}),
            Verdict::kPromptFull);
  EXPECT_EQ(Try({.client = "alice", .prompt = "a chair was"}),
            Verdict::kWelcome);
}

TEST_F(AdmissionTest, TheHouseAndTheLineHaveALimit) {
  Fill("", limits_.total);
  clock_.Advance(minutes(50));
  const Decision house = admission_.Decide({.prompt = "x"});
  EXPECT_EQ(house.verdict, Verdict::kHouseFull);
  EXPECT_EQ(house.retry_after, minutes(10));
  store_.waiting = limits_.queue;
  const Decision line = admission_.Decide({.prompt = "x"});
  EXPECT_EQ(line.verdict, Verdict::kLineFull);
  EXPECT_GE(line.retry_after, seconds(1));
}

TEST_F(AdmissionTest, WhoIsOvertakenAtTheDoorStaysOutside) {
  Fill("alice", 1);
  store_.before_enter = [&] { Fill("alice", limits_.per_client - 1); };
  EXPECT_EQ(Try({.client = "alice", .prompt = "x"}), Verdict::kClientFull);
}

TEST_F(AdmissionTest, AFormIsShownWithoutAskingTheStoreEveryTime) {
  for (int i = 0; i < 10; ++i) admission_.TicketFor("alice");
  EXPECT_EQ(store_.counted, 1);
  clock_.Advance(seconds(2));
  store_.broken = true;
  EXPECT_EQ(admission_.TicketFor("alice").proof_bits, 0);
  EXPECT_THROW(Try({.prompt = "x"}), base::Error);
}

}  // namespace
}  // namespace artspeak::service
