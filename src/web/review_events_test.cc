#include "web/review_events.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "base/error.h"
#include "service/submission_store.h"
#include "tests/support/fake_stream.h"

namespace artspeak::web {
namespace {

using service::ReviewState;
using std::chrono::seconds;

constexpr const char* kId = "0123456789ab";

class FakeStore : public service::SubmissionStore {
 public:
  bool Add(const service::Submission&, uint64_t) override { return false; }
  bool Import(const service::ImportedReview&) override { return false; }
  std::optional<service::StoredReview> Find(std::string_view id) override {
    ++asked;
    if (broken) throw base::Error("the database is locked");
    const auto it = reviews.find(id);
    if (it == reviews.end()) return std::nullopt;
    return it->second;
  }
  service::ReportOutcome AddReport(std::string_view,
                                   const service::Report&) override {
    return service::ReportOutcome::kUnknown;
  }
  std::vector<service::JobTimes> RecentJobs(int) override { return recent; }

  std::map<std::string, service::StoredReview, std::less<>> reviews;
  std::vector<service::JobTimes> recent;
  bool broken = false;
  int asked = 0;
};

class EventStream : public testing::FakeStream {
 public:
  // What came since the last time, without the ids.
  std::string Take() {
    const std::string written = TakeWritten();
    std::string text;
    size_t from = 0;
    while (from < written.size()) {
      const size_t end = written.find('\n', from) + 1;
      const std::string line = written.substr(from, end - from);
      if (!line.starts_with("id: ")) text += line;
      from = end;
    }
    return text;
  }
  std::string LastId() const {
    const std::string text = written();
    const size_t at = text.rfind("\nid: ") + 5;
    return text.substr(at, text.find('\n', at) - at);
  }
};

class ReviewEventsTest : public ::testing::Test {
 protected:
  service::Review& Review(const std::string& id = kId) {
    service::StoredReview& stored = store_.reviews[id];
    stored.review.id = id;
    return stored.review;
  }
  std::shared_ptr<EventStream> Watch(const std::string& last_event_id = "",
                                     const std::string& id = kId) {
    auto stream = std::make_shared<EventStream>();
    events_.Open({id, last_event_id, events_.TakeSeat("visitor"), stream});
    events_.Tick();
    return stream;
  }
  void NextPoll() {
    clock_.Advance(seconds(1));
    events_.Tick();
  }

  FakeStore store_;
  base::FakeClock clock_{base::UnixTime{std::chrono::hours(1'000'000)}};
  service::Reception reception_{store_, clock_};
  service::LiveText live_;
  ReviewEvents events_{reception_,
                       live_,
                       clock_,
                       {.max_streams = 3, .max_streams_per_client = 2}};
};

TEST_F(ReviewEventsTest, AReviewIsFollowedFromTheLineToItsEnd) {
  Review().jobs_ahead = 2;
  const auto stream = Watch();
  EXPECT_EQ(stream->Take(), "event: waiting\ndata: {\"ahead\":2}\n\n");
  NextPoll();
  EXPECT_EQ(stream->Take(), "") << "nothing new";
  Review().jobs_ahead = 0;
  NextPoll();
  EXPECT_EQ(stream->Take(), "event: waiting\ndata: {\"ahead\":0}\n\n");

  Review().state = ReviewState::kGenerating;
  live_.Begin(kId, 1);
  live_.NoteChange();
  live_.Append(kId, 1, {1, 0}, "The chair");
  events_.Tick();
  EXPECT_EQ(stream->Take(),
            "event: generating\ndata: {\"finished\":0}\n\n"
            "event: piece\n"
            "data: {\"begin\":true,\"piece\":\"The chair\",\"text\":2}\n\n");
  live_.Append(kId, 1, {1, 0}, " sat");
  events_.Tick();
  EXPECT_EQ(stream->Take(),
            "event: piece\ndata: {\"piece\":\" sat\",\"text\":2}\n\n");

  Review().texts = {"The chair sat."};
  Review().places = {1};
  live_.NoteChange();
  events_.Tick();
  EXPECT_EQ(stream->Take(),
            "event: generating\ndata: {\"finished\":1}\n\n"
            "event: text\n"
            "data: {\"content\":\"The chair sat.\",\"text\":2}\n\n");

  Review().texts = {"One", "The chair sat."};
  Review().places = {};
  Review().state = ReviewState::kDone;
  live_.End(kId, 1);
  live_.NoteChange();
  events_.Tick();
  EXPECT_EQ(stream->Take(),
            "event: text\ndata: {\"content\":\"One\",\"text\":1}\n\n"
            "event: done\ndata: {}\n\n");
  EXPECT_TRUE(stream->ended());
}

TEST_F(ReviewEventsTest, WhoeverComesLaterHearsWhatIsThereAndThenTheSame) {
  Review().state = ReviewState::kGenerating;
  Review().texts = {"One"};
  live_.Begin(kId, 1);
  live_.Append(kId, 1, {1, 0}, "The");
  const auto first = Watch();
  live_.Append(kId, 1, {1, 0}, " chair");
  const auto second = Watch();
  first->Take();
  EXPECT_EQ(second->Take(),
            "event: generating\ndata: {\"finished\":1}\n\n"
            "event: text\ndata: {\"content\":\"One\",\"text\":1}\n\n"
            "event: piece\n"
            "data: {\"begin\":true,\"piece\":\"The chair\",\"text\":2}\n\n");
  live_.Append(kId, 1, {1, 0}, " sat");
  events_.Tick();
  EXPECT_EQ(first->Take(), second->written().empty() ? "" : second->Take());
}

TEST_F(ReviewEventsTest, AConnectionThatBrokeGoesOnWhereItWas) {
  Review().state = ReviewState::kGenerating;
  Review().texts = {"One"};
  live_.Begin(kId, 1);
  live_.Append(kId, 1, {1, 0}, "The");
  const auto broken = Watch();
  broken->Leave();
  live_.Append(kId, 1, {1, 0}, " chair");
  EXPECT_EQ(Watch(broken->LastId())->Take(),
            "event: generating\ndata: {\"finished\":1}\n\n"
            "event: piece\ndata: {\"piece\":\" chair\",\"text\":2}\n\n");
}

TEST_F(ReviewEventsTest, EstimatesAreWords) {
  Review();
  const base::UnixTime now = clock_.Now();
  for (int i = 0; i < 4; ++i) {
    store_.recent.push_back({now, now, now + seconds(40)});
  }
  EXPECT_EQ(Watch()->Take(),
            "event: waiting\n"
            "data: {\"ahead\":0,\"estimate\":\"about 40 seconds\"}\n\n");
}

TEST_F(ReviewEventsTest, WhatIsSettledIsToldAtOnce) {
  Review().state = ReviewState::kFailed;
  Review("00000000000b").state = ReviewState::kBlocked;
  Review("00000000000b").texts = {"not to be shown"};
  const auto failed = Watch();
  EXPECT_EQ(failed->Take(), "event: failed\ndata: {}\n\n");
  EXPECT_TRUE(failed->ended());
  const auto blocked = Watch("", "00000000000b");
  EXPECT_EQ(blocked->Take(), "event: blocked\ndata: {}\n\n");
  const auto erased = Watch("", "00000000000c");
  EXPECT_EQ(erased->Take(), "event: missing\ndata: {}\n\n");
  EXPECT_TRUE(erased->ended());
}

TEST_F(ReviewEventsTest, TheStoreIsAskedOnceASecondForAllWhoWatch) {
  Review();
  const auto first = Watch();
  const auto second = Watch();
  NextPoll();
  store_.asked = 0;
  for (int i = 0; i < 10; ++i) {
    live_.Append("another", 0, {1, 0}, "piece");
    events_.Tick();
  }
  EXPECT_EQ(store_.asked, 0);
  NextPoll();
  EXPECT_EQ(store_.asked, 1);
}

TEST_F(ReviewEventsTest, SilenceIsBrokenByAComment) {
  Review();
  const auto stream = Watch();
  stream->Take();
  clock_.Advance(seconds(14));
  events_.Tick();
  EXPECT_EQ(stream->Take(), "");
  NextPoll();
  EXPECT_EQ(stream->Take(), ":\n\n");
}

TEST_F(ReviewEventsTest, AStoreThatDoesNotAnswerIsWaitedFor) {
  Review();
  store_.broken = true;
  const auto stream = Watch();
  EXPECT_EQ(stream->Take(), "");
  EXPECT_FALSE(stream->ended());
  store_.broken = false;
  NextPoll();
  EXPECT_EQ(stream->Take(), "event: waiting\ndata: {\"ahead\":0}\n\n");
}

TEST_F(ReviewEventsTest, SeatsAreLimitedPerClientAndInAll) {
  Review();
  auto one = events_.TakeSeat("a");
  const auto two = events_.TakeSeat("a");
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(events_.TakeSeat("a"));
  const auto three = events_.TakeSeat("");
  EXPECT_TRUE(three);
  EXPECT_FALSE(events_.TakeSeat("b"));
  EXPECT_FALSE(events_.TakeSeat("")) << "unknown ones count in all";
  one.reset();
  EXPECT_TRUE(events_.TakeSeat("a"));
}

TEST_F(ReviewEventsTest, ASeatIsFreeWhenItsClientIsGone) {
  Review();
  const auto first = Watch();
  const auto second = Watch();
  EXPECT_FALSE(events_.TakeSeat("visitor"));
  second->Leave();
  events_.Tick();
  EXPECT_TRUE(events_.TakeSeat("visitor"));
}

TEST_F(ReviewEventsTest, StreamsEndWhenItEndsAndLaterOnesAtOnce) {
  Review();
  const auto stream = std::make_shared<EventStream>();
  std::jthread running([&](std::stop_token stop) { events_.Run(stop); });
  events_.Open({kId, "", events_.TakeSeat(""), stream});
  running.request_stop();
  running.join();
  EXPECT_TRUE(stream->ended());
  const auto late = std::make_shared<EventStream>();
  events_.Open({kId, "", events_.TakeSeat(""), late});
  EXPECT_TRUE(late->ended());
}

}  // namespace
}  // namespace artspeak::web
