// What every store must do behind the gallery's port.
#include <gtest/gtest.h>

#include <memory>

#include "service/gallery.h"
#include "service/job_queue.h"
#include "service/moderation_store.h"
#include "store/test_stores.h"
#include "tests/support/testing.h"

namespace artspeak::store {
namespace {

using namespace service;
using std::chrono::hours;
using std::chrono::seconds;

class GalleryStoreTest : public ConformanceTest {
 protected:
  // A finished review; the digit is the end of its id.
  std::string AddDone(int digit) {
    const std::string id = "00000000000" + std::to_string(digit);
    const ImportedReview review{
        id, "Chair " + std::to_string(digit), 7, now_, {"First.", "Second."}};
    EXPECT_TRUE(stores_->submissions().Import(review));
    return id;
  }
  std::vector<std::string> HungIdsFrom(int offset, int limit) {
    std::vector<std::string> ids;
    for (const HungReview& hung :
         stores_->gallery().Hung(offset, limit).reviews) {
      ids.push_back(hung.review.id);
    }
    return ids;
  }
  std::vector<std::string> Listed(GalleryState state, int limit = 10) {
    std::vector<std::string> ids;
    for (const ReviewSummary& review : stores_->gallery().List(state, limit)) {
      ids.push_back(review.id);
    }
    return ids;
  }
  using Ids = std::vector<std::string>;
  // What the owner does by command.
  static Deed At(base::UnixTime time) { return {kByCommand, time}; }

  base::UnixTime now_{hours(24 * 365 * 50)};
  std::unique_ptr<Stores> stores_ = Open();
};

TEST_P(GalleryStoreTest, AnOfferWaitsForTheOwner) {
  const std::string id = AddDone(1);
  GalleryStore& gallery = stores_->gallery();
  EXPECT_EQ(gallery.StateOf(id), GalleryState::kNotOffered);
  EXPECT_TRUE(gallery.Offer(id, now_));
  EXPECT_EQ(Open()->gallery().StateOf(id), GalleryState::kOffered);
  EXPECT_EQ(gallery.Hung(0, 10).total, 0);
  ASSERT_EQ(Listed(GalleryState::kOffered), Ids{id});
  const ReviewSummary offer = gallery.List(GalleryState::kOffered, 1)[0];
  EXPECT_EQ(offer.prompt, "Chair 1");
  EXPECT_EQ(offer.created, now_);
  EXPECT_EQ(offer.state, ReviewState::kDone);
}

TEST_P(GalleryStoreTest, AHungReviewComesWithAllThatAPageShows) {
  const std::string id = AddDone(1);
  stores_->gallery().Offer(id, now_);
  EXPECT_TRUE(stores_->gallery().Hang(id, At(now_ + hours(1))));
  const auto stores = Open();
  EXPECT_EQ(stores->gallery().StateOf(id), GalleryState::kHung);
  const HungReviews hung = stores->gallery().Hung(0, 10);
  EXPECT_EQ(hung.total, 1);
  ASSERT_EQ(hung.reviews.size(), 1u);
  EXPECT_EQ(hung.reviews[0].hung, now_ + hours(1));
  const Review& review = hung.reviews[0].review;
  EXPECT_EQ(review.id, id);
  EXPECT_EQ(review.prompt, "Chair 1");
  EXPECT_EQ(review.eccentricity, 7);
  EXPECT_EQ(review.created, now_);
  EXPECT_EQ(review.state, ReviewState::kDone);
  EXPECT_EQ(review.texts, (std::vector<std::string>{"First.", "Second."}));
  EXPECT_TRUE(Listed(GalleryState::kOffered).empty());
}

TEST_P(GalleryStoreTest, TheOwnerHangsWhatNobodyOffered) {
  const std::string id = AddDone(1);
  EXPECT_TRUE(stores_->gallery().Hang(id, At(now_)));
  EXPECT_EQ(HungIdsFrom(0, 10), Ids{id});
  EXPECT_TRUE(stores_->gallery().Hang(id, At(now_))) << "hangs already";
  EXPECT_TRUE(stores_->gallery().Unhang(id, At(now_)));
  std::vector<std::string> actions;
  for (const AuditEntry& entry : stores_->trail().List(id, 10, 0)) {
    actions.push_back(entry.action);
  }
  EXPECT_EQ(actions, (Ids{"unhang", "hang"}));
}

TEST_P(GalleryStoreTest, WhatHangsKeepsItsTimeWhateverIsAskedAgain) {
  const std::string id = AddDone(1);
  GalleryStore& gallery = stores_->gallery();
  gallery.Hang(id, At(now_));
  EXPECT_TRUE(gallery.Hang(id, At(now_ + hours(1))));
  EXPECT_TRUE(gallery.Offer(id, now_ + hours(1)));
  ASSERT_EQ(gallery.Hung(0, 1).reviews.size(), 1u);
  EXPECT_EQ(gallery.Hung(0, 1).reviews[0].hung, now_);
}

TEST_P(GalleryStoreTest, OnlyFinishedReviewsAreTaken) {
  const std::string id = "0123456789ab";
  stores_->submissions().Add({id, "A chair", "", 7, false, now_}, 1);
  GalleryStore& gallery = stores_->gallery();
  EXPECT_FALSE(gallery.Offer(id, now_));
  EXPECT_FALSE(gallery.Hang(id, At(now_)));
  const Lease lease = stores_->queue().LeaseNext("w", now_).value().lease;
  EXPECT_FALSE(gallery.Offer(id, now_));
  for (int i = 0; i < kTextsPerReview; ++i) {
    stores_->queue().SaveText(lease, i, "text", {});
  }
  stores_->queue().Finish(lease, now_);
  EXPECT_TRUE(gallery.Offer(id, now_));
  EXPECT_FALSE(gallery.Offer("unknown", now_));
  EXPECT_FALSE(gallery.Hang("unknown", At(now_)));
  EXPECT_FALSE(gallery.Unhang("unknown", At(now_)));
  EXPECT_EQ(gallery.StateOf("unknown"), GalleryState::kNotOffered);
}

TEST_P(GalleryStoreTest, WhatWasDeclinedIsNotOfferedAgainButMayBeHung) {
  const std::string id = AddDone(1);
  GalleryStore& gallery = stores_->gallery();
  EXPECT_FALSE(gallery.Unhang(id, At(now_)))
      << "it neither hangs nor was offered";
  gallery.Offer(id, now_);
  EXPECT_TRUE(gallery.Unhang(id, At(now_)));
  EXPECT_FALSE(gallery.Unhang(id, At(now_)));
  EXPECT_EQ(gallery.StateOf(id), GalleryState::kDeclined);
  EXPECT_EQ(Listed(GalleryState::kDeclined), Ids{id});
  EXPECT_TRUE(gallery.Offer(id, now_));
  EXPECT_EQ(gallery.StateOf(id), GalleryState::kDeclined);
  EXPECT_TRUE(gallery.Hang(id, At(now_ + hours(1))));
  EXPECT_EQ(gallery.Hung(0, 1).reviews.at(0).hung, now_ + hours(1));
  EXPECT_TRUE(gallery.Unhang(id, At(now_)));
  EXPECT_EQ(gallery.Hung(0, 1).total, 0);
  EXPECT_EQ(gallery.StateOf(id), GalleryState::kDeclined);
}

TEST_P(GalleryStoreTest, ABlockedReviewIsOffTheWallUntilItIsUnblocked) {
  const std::string hung = AddDone(1);
  const std::string offered = AddDone(2);
  GalleryStore& gallery = stores_->gallery();
  gallery.Hang(hung, At(now_));
  gallery.Offer(offered, now_);
  for (const std::string& id : {hung, offered}) {
    stores_->moderation().Block(id, At(now_));
  }
  EXPECT_EQ(gallery.Hung(0, 10).total, 0);
  EXPECT_TRUE(HungIdsFrom(0, 10).empty());
  EXPECT_TRUE(gallery.HungIds(10).empty());
  EXPECT_TRUE(Listed(GalleryState::kOffered).empty());
  EXPECT_FALSE(gallery.Hang(offered, At(now_)));
  EXPECT_FALSE(gallery.Offer(offered, now_));
  EXPECT_EQ(gallery.StateOf(hung), GalleryState::kHung);
  for (const std::string& id : {hung, offered}) {
    stores_->moderation().Unblock(id, At(now_));
  }
  EXPECT_EQ(HungIdsFrom(0, 10), Ids{hung});
  EXPECT_EQ(Listed(GalleryState::kOffered), Ids{offered});
}

TEST_P(GalleryStoreTest, ABlockedReviewCanBeTakenDownForGood) {
  const std::string id = AddDone(1);
  stores_->gallery().Hang(id, At(now_));
  stores_->moderation().Block(id, At(now_));
  EXPECT_TRUE(stores_->gallery().Unhang(id, At(now_)));
  stores_->moderation().Unblock(id, At(now_));
  EXPECT_EQ(stores_->gallery().Hung(0, 10).total, 0);
}

TEST_P(GalleryStoreTest, TheNewestOnTheWallComesFirstAndOffersQueue) {
  Ids ids;
  for (int i = 0; i < 5; ++i) ids.push_back(AddDone(i));
  GalleryStore& gallery = stores_->gallery();
  // In another order than they were made; the last two at the same time.
  gallery.Hang(ids[2], At(now_));
  gallery.Hang(ids[0], At(now_ + seconds(1)));
  gallery.Hang(ids[1], At(now_ + seconds(1)));
  EXPECT_EQ(HungIdsFrom(0, 10), (Ids{ids[1], ids[0], ids[2]}));
  EXPECT_EQ(HungIdsFrom(1, 1), Ids{ids[0]});
  EXPECT_TRUE(HungIdsFrom(3, 10).empty());
  EXPECT_EQ(gallery.Hung(1, 1).total, 3);
  const auto all = gallery.HungIds(2);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, ids[1]);
  EXPECT_EQ(all[0].hung, now_ + seconds(1));

  gallery.Offer(ids[4], now_);
  gallery.Offer(ids[3], now_ + seconds(1));
  EXPECT_EQ(Listed(GalleryState::kOffered), (Ids{ids[4], ids[3]}));
  EXPECT_EQ(Listed(GalleryState::kOffered, 1), Ids{ids[4]});
  EXPECT_EQ(Listed(GalleryState::kHung), (Ids{ids[2], ids[0], ids[1]}));
}

TEST_P(GalleryStoreTest, RoomsFollowOneAnotherAndTheFirstIsAlwaysThere) {
  base::FakeClock clock(now_);
  Gallery gallery(stores_->gallery(), clock);
  ASSERT_TRUE(gallery.Room(1));
  EXPECT_TRUE(gallery.Room(1)->reviews.empty());
  EXPECT_EQ(gallery.Room(1)->rooms, 1);
  EXPECT_FALSE(gallery.Room(2));
  for (int i = 0; i <= kReviewsPerRoom; ++i) {
    const std::string id = "0000000000" + std::to_string(10 + i);
    stores_->submissions().Import({id, "A chair", 7, now_, {"It stands."}});
    stores_->gallery().Hang(id, At(now_ + seconds(i)));
  }
  const auto first = gallery.Room(1);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->rooms, 2);
  EXPECT_EQ(first->reviews.size(), static_cast<size_t>(kReviewsPerRoom));
  const auto second = gallery.Room(2);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->number, 2);
  ASSERT_EQ(second->reviews.size(), 1u);
  EXPECT_EQ(second->reviews[0].review.id, "000000000010");
  for (const int number : {-1, 0, 3, 1'000'000'000}) {
    EXPECT_FALSE(gallery.Room(number)) << number;
  }
}

TEST_P(GalleryStoreTest, AVisitorOffersByTheClockAndOnlyRealIds) {
  base::FakeClock clock(now_);
  Gallery gallery(stores_->gallery(), clock);
  const std::string id = AddDone(1);
  EXPECT_TRUE(gallery.Offer(id));
  EXPECT_TRUE(gallery.Offer(id));
  EXPECT_EQ(gallery.StateOf(id), GalleryState::kOffered);
  EXPECT_FALSE(gallery.Offer("' OR 1=1 --"));
  EXPECT_EQ(gallery.StateOf("' OR 1=1 --"), GalleryState::kNotOffered);
}

INSTANTIATE_TEST_SUITE_P(All, GalleryStoreTest,
                         ::testing::ValuesIn(kStoreKinds), NameOf);

}  // namespace
}  // namespace artspeak::store
