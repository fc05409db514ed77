// What every store must do behind the ports of the mailing list and of erasing
// a person.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "base/file.h"
#include "service/admission_store.h"
#include "service/job_queue.h"
#include "service/mail_address_hash.h"
#include "service/mailing_list.h"
#include "service/outbox.h"
#include "service/person_store.h"
#include "service/secret_store.h"
#include "service/submission_store.h"
#include "service/subscriber_store.h"
#include "service/subscription_token.h"
#include "store/test_stores.h"
#include "tests/support/testing.h"

namespace artspeak::store {
namespace {

using namespace service;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class ListStore : public ConformanceTest {
 protected:
  // One form: with the box ticked, unless `subscribe` says otherwise.
  std::string Submit(const std::string& address, bool subscribe = true) {
    const std::string id = std::to_string(100'000'000'000 + ++submitted_);
    EXPECT_TRUE(stores_->submissions().Add({.id = id,
                                            .prompt = "A secret chair",
                                            .email = address,
                                            .eccentricity = 7,
                                            .subscribe = subscribe,
                                            .created = now_,
                                            .update_wording = "Write to me",
                                            .client = "where from"},
                                           1));
    return id;
  }
  std::optional<DueMail> TakeDue() {
    return stores_->outbox().TakeDue("notifier", now_);
  }
  // The next mail, which must be there.
  DueMail MustSend() {
    const auto mail = TakeDue();
    EXPECT_TRUE(mail);
    if (!mail) return {};
    EXPECT_TRUE(stores_->outbox().MarkSent(*mail, now_));
    return *mail;
  }
  // Asks, takes the mail and confirms; returns the token.
  std::string Join(const std::string& address) {
    Submit(address);
    const DueMail mail = MustSend();
    EXPECT_EQ(mail.kind, kConfirmationMail);
    EXPECT_TRUE(
        subscribers().Confirm(mail.subscription_token, "Yes, do", now_));
    return mail.subscription_token;
  }
  void FinishReview() {
    const auto job = stores_->queue().LeaseNext("worker", now_);
    ASSERT_TRUE(job);
    for (int i = 0; i < kTextsPerReview; ++i) {
      stores_->queue().SaveText(job->lease, i, "text", {});
    }
    EXPECT_TRUE(stores_->queue().Finish(job->lease, now_));
  }
  std::set<std::string> OnTheList() {
    std::set<std::string> addresses;
    for (const auto& subscription : subscribers().Confirmed()) {
      addresses.insert(subscription.address);
    }
    return addresses;
  }
  SubscriberStore& subscribers() { return stores_->subscribers(); }

  base::UnixTime now_{hours(24 * 365 * 50)};
  std::unique_ptr<Stores> stores_ = Open();
  int64_t submitted_ = 0;
  const Deed deed_{kByCommand, now_};
};

TEST_P(ListStore, NobodyIsOnTheListWhoDidNotConfirm) {
  Submit("v@example.org");
  EXPECT_TRUE(subscribers().Confirmed().empty());
  const DueMail mail = MustSend();
  EXPECT_EQ(mail.kind, kConfirmationMail);
  EXPECT_EQ(mail.to, "v@example.org");
  EXPECT_EQ(mail.review_id, "");
  EXPECT_TRUE(IsSubscriptionToken(mail.subscription_token));
  const auto wish = subscribers().Find(mail.subscription_token);
  ASSERT_TRUE(wish);
  EXPECT_EQ(wish->state, SubscriptionState::kUnconfirmed);

  const base::UnixTime requested = now_;
  now_ += minutes(5);
  EXPECT_TRUE(subscribers().Confirm(mail.subscription_token, "Yes, do", now_));
  const auto list = subscribers().Confirmed();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].state, SubscriptionState::kConfirmed);
  EXPECT_EQ(list[0].token, mail.subscription_token);
  EXPECT_EQ(list[0].address, "v@example.org");
  EXPECT_EQ(list[0].requested, requested);
  EXPECT_EQ(list[0].requested_wording, "Write to me");
  EXPECT_EQ(list[0].confirmed, now_);
  EXPECT_EQ(list[0].confirmed_wording, "Yes, do");
}

TEST_P(ListStore, ABoxThatIsNotTickedAsksForNothing) {
  Submit("v@example.org", false);
  EXPECT_FALSE(TakeDue());
}

TEST_P(ListStore, ConfirmingAgainKeepsTheFirstTime) {
  const std::string token = Join("v@example.org");
  const base::UnixTime first = now_;
  now_ += hours(1);
  EXPECT_TRUE(subscribers().Confirm(token, "Other words", now_));
  EXPECT_EQ(subscribers().Find(token)->confirmed, first);
  EXPECT_EQ(subscribers().Find(token)->confirmed_wording, "Yes, do");
  EXPECT_FALSE(subscribers().Confirm(NewSubscriptionToken(), "Yes", now_));
}

TEST_P(ListStore, AnAddressIsAskedOnceADay) {
  Submit("v@example.org");
  Submit("V@Example.ORG");
  now_ += hours(20);  // the mail server was away all day
  Submit("v@example.org");
  const DueMail first = MustSend();
  EXPECT_FALSE(TakeDue());
  now_ += kConfirmationMailEvery - seconds(1);
  Submit("v@example.org");
  EXPECT_FALSE(TakeDue()) << "a day after it was sent, not after it was due";
  now_ += seconds(1);
  Submit("v@example.org");
  const DueMail second = MustSend();
  EXPECT_EQ(second.subscription_token, first.subscription_token)
      << "the first link still holds";
  Submit("other@example.org");
  EXPECT_EQ(MustSend().to, "other@example.org");
}

TEST_P(ListStore, ARefusedMailIsNotTriedAgainTheSameDay) {
  Submit("v@example.org");
  EXPECT_TRUE(
      stores_->outbox().Suppress(TakeDue().value(), "no such user", now_));
  Submit("v@example.org");
  EXPECT_FALSE(TakeDue());
}

TEST_P(ListStore, WhoIsOnTheListIsNotAskedAgain) {
  Join("v@example.org");
  now_ += hours(24 * 400);
  Submit("V@example.org");
  EXPECT_FALSE(TakeDue());
  EXPECT_EQ(OnTheList(), std::set<std::string>{"v@example.org"});
}

TEST_P(ListStore, ASecondMailThatWaitsIsNotSentOnceConfirmed) {
  Submit("v@example.org");
  const DueMail first = MustSend();
  now_ += kConfirmationMailEvery;
  Submit("v@example.org");
  EXPECT_TRUE(subscribers().Confirm(first.subscription_token, "Yes", now_));
  EXPECT_FALSE(TakeDue());
}

TEST_P(ListStore, EndingErasesTheAddressAndWhatWaitsForIt) {
  const std::string token = Join("v@example.org");
  Join("stays@example.org");
  EXPECT_EQ(subscribers().QueueNews({"News", "A show."}, now_), 2);
  EXPECT_TRUE(subscribers().End(token, now_));
  EXPECT_EQ(OnTheList(), std::set<std::string>{"stays@example.org"});
  const auto ended = subscribers().Find(token);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->state, SubscriptionState::kEnded);
  EXPECT_EQ(ended->address, "");
  EXPECT_EQ(MustSend().to, "stays@example.org");
  EXPECT_FALSE(TakeDue());
  EXPECT_EQ(stores_->outbox().Count().due, 0);
  EXPECT_FALSE(subscribers().End(token, now_));
  EXPECT_FALSE(subscribers().Confirm(token, "Yes", now_))
      << "an old mail's link takes nobody back";
}

TEST_P(ListStore, WhoRefusedIsLeftAloneForTheDay) {
  Submit("v@example.org");
  EXPECT_TRUE(subscribers().End(MustSend().subscription_token, now_));
  now_ += kConfirmationMailEvery - seconds(1);
  Submit("v@example.org");
  EXPECT_FALSE(TakeDue());
}

TEST_P(ListStore, WhoLeftMayComeBackWithAnotherToken) {
  const std::string token = Join("v@example.org");
  now_ += hours(24 * 10);
  EXPECT_TRUE(subscribers().End(token, now_));
  const std::string again = Join("v@example.org");
  EXPECT_NE(again, token);
  EXPECT_FALSE(subscribers().Find(token));
  EXPECT_EQ(OnTheList(), std::set<std::string>{"v@example.org"});
}

TEST_P(ListStore, WhatIsOverIsForgotten) {
  const std::string ended = Join("ended@example.org");
  EXPECT_TRUE(subscribers().End(ended, now_));
  Submit("late@example.org");
  const std::string late = MustSend().subscription_token;
  const std::string stays = Join("stays@example.org");
  now_ += hours(24);
  subscribers().Purge(now_);
  EXPECT_FALSE(subscribers().Find(ended));
  EXPECT_TRUE(subscribers().Find(late));
  now_ += kUnconfirmedKeptFor - hours(24);
  EXPECT_FALSE(subscribers().Confirm(late, "Yes", now_)) << "thirty days later";
  EXPECT_FALSE(subscribers().Find(late));
  EXPECT_TRUE(subscribers().Find(stays));
}

TEST_P(ListStore, NewsGoesOnceToEveryoneOnTheList) {
  const std::string first = Join("a@example.org");
  now_ += seconds(1);
  Join("b@example.org");
  Submit("unconfirmed@example.org");
  MustSend();
  EXPECT_EQ(subscribers().QueueNews({"A show", "On Friday."}, now_), 2);
  EXPECT_FALSE(subscribers().QueueNews({"A show", "On Friday."}, now_));
  const DueMail mail = MustSend();
  EXPECT_EQ(mail.kind, kNewsMail);
  EXPECT_EQ(mail.to, "a@example.org");
  EXPECT_EQ(mail.subscription_token, first);
  EXPECT_EQ(mail.confirmed, now_ - seconds(1));
  EXPECT_EQ(mail.news.subject, "A show");
  EXPECT_EQ(mail.news.text, "On Friday.");
  EXPECT_EQ(MustSend().to, "b@example.org");
  EXPECT_FALSE(TakeDue());
  EXPECT_EQ(subscribers().QueueNews({"A show", "On Saturday."}, now_), 2);
}

TEST_P(ListStore, AVisitorsLinkDoesNotWaitBehindTheNews) {
  for (int i = 0; i < 5; ++i) {
    Join("v" + std::to_string(i) + "@example.org");
  }
  EXPECT_EQ(subscribers().QueueNews({"A show", "On Friday."}, now_), 5);
  now_ += minutes(1);
  FinishReview();
  EXPECT_EQ(MustSend().kind, kReviewReadyMail);
  EXPECT_EQ(MustSend().kind, kNewsMail);
}

TEST_P(ListStore, TheAddressOfAPersonIsErasedEverywhere) {
  Join("V@Example.org");
  const std::string review = Submit("v@example.org", false);
  Submit("other@example.org", false);
  for (int i = 0; i < 3; ++i) FinishReview();
  EXPECT_EQ(subscribers().QueueNews({"A show", "On Friday."}, now_), 1);
  EXPECT_EQ(stores_->outbox().Count().due, 4);
  const ErasedPerson erased =
      stores_->persons().Erase("v@EXAMPLE.org", false, deed_);
  EXPECT_TRUE(erased.subscription);
  EXPECT_EQ(erased.addresses, 2);
  EXPECT_EQ(erased.reviews, 0);
  EXPECT_TRUE(OnTheList().empty());
  EXPECT_EQ(stores_->outbox().Count().due, 1);
  EXPECT_EQ(MustSend().to, "other@example.org");
  EXPECT_EQ(stores_->submissions().Find(review)->review.texts.size(), 5u);

  const ErasedPerson again =
      stores_->persons().Erase("v@example.org", true, deed_);
  EXPECT_FALSE(again.subscription);
  EXPECT_EQ(again.addresses, 0);
  EXPECT_EQ(again.reviews, 0) << "nothing tells any more whose they were";
}

TEST_P(ListStore, TheReviewsOfAPersonAreErasedIfAsked) {
  const std::string done = Submit("v@example.org", false);
  FinishReview();
  const std::string waiting = Submit("V@example.org", false);
  const std::string other = Submit("other@example.org", false);
  const auto held = stores_->queue().LeaseNext("worker", now_);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->review_id, waiting);
  const ErasedPerson erased =
      stores_->persons().Erase("v@example.org", true, deed_);
  EXPECT_EQ(erased.reviews, 2);
  EXPECT_FALSE(stores_->submissions().Find(done));
  EXPECT_FALSE(stores_->submissions().Find(waiting));
  EXPECT_TRUE(stores_->submissions().Find(other));
  EXPECT_FALSE(stores_->queue().Renew(held->lease, now_));
  EXPECT_FALSE(TakeDue());
  const auto trail = stores_->trail().List(done, 10, 0);
  ASSERT_EQ(trail.size(), 1u);
  EXPECT_EQ(trail[0].action, "erase");
  const auto all = stores_->trail().List("", 10, 0);
  EXPECT_EQ(all.size(), 3u);
  for (const AuditEntry& entry : all) {
    EXPECT_EQ((entry.subject + entry.note).find("example"), std::string::npos);
  }
}

TEST_P(ListStore, TheMailsOfAPersonAreNotCountedOnceErased) {
  const std::string key = stores_->secrets().Secret();
  const auto promise = [&](const std::string& address) {
    return stores_->admissions().PromiseMail(MailAddressHash(key, address), 1,
                                             now_);
  };
  EXPECT_TRUE(promise("v@example.org"));
  EXPECT_TRUE(promise("other@example.org"));
  stores_->persons().Erase("V@example.org", false, deed_);
  EXPECT_TRUE(promise("v@example.org"));
  EXPECT_FALSE(promise("other@example.org"));
}

TEST_P(ListStore, WhatIsErasedIsOnTheDiskNoMore) {
  Submit("v-to-be-erased@example.org");
  stores_->persons().Erase("v-to-be-erased@example.org", false, deed_);
  Submit("w-to-be-erased@example.org");
  stores_->persons().Erase("w-to-be-erased@example.org", true, deed_);
  stores_.reset();
  int secrets = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(directory_.path())) {
    const std::string bytes = base::ReadFile(file.path());
    EXPECT_EQ(bytes.find("to-be-erased"), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find("where from"), std::string::npos) << file.path();
    for (size_t at = 0;
         (at = bytes.find("A secret chair", at)) != std::string::npos; ++at) {
      ++secrets;
    }
  }
  EXPECT_EQ(secrets, 1) << "the prompt that stays";
}

TEST_P(ListStore, LinksThatAreNoneAskNoStore) {
  base::FakeClock clock(now_);
  MailingList list(subscribers(), clock);
  const std::string token = Join("v@example.org");
  EXPECT_TRUE(list.Find(token));
  EXPECT_FALSE(list.Find("' OR 1=1 --"));
  EXPECT_FALSE(list.Confirm(token.substr(1), "Yes"));
  list.Leave(token.substr(1));
  EXPECT_EQ(OnTheList().size(), 1u);
  list.Leave(token);
  EXPECT_TRUE(OnTheList().empty());
}

INSTANTIATE_TEST_SUITE_P(All, ListStore, ::testing::ValuesIn(kStoreKinds),
                         NameOf);

}  // namespace
}  // namespace artspeak::store
