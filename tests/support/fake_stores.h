// The service's stores in memory, for those who ask them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "service/gallery.h"
#include "service/person_store.h"
#include "service/submission_store.h"
#include "service/subscriber_store.h"

namespace artspeak::testing {

// Reviews in a map; `broken` makes every question fail.
class FakeStore : public service::SubmissionStore {
 public:
  bool Add(const service::Submission& submission, uint64_t) override {
    Check();
    service::StoredReview& stored = reviews[submission.id];
    stored.review.id = submission.id;
    stored.review.prompt = submission.prompt;
    stored.review.eccentricity = submission.eccentricity;
    stored.review.created = submission.created;
    submissions.push_back(submission);
    return true;
  }
  bool Import(const service::ImportedReview&) override { return false; }
  std::optional<service::StoredReview> Find(std::string_view id) override {
    Check();
    const auto it = reviews.find(id);
    if (it == reviews.end()) return std::nullopt;
    service::StoredReview stored = it->second;
    if (stored.blocked) stored.review.state = service::ReviewState::kBlocked;
    return stored;
  }
  service::ReportOutcome AddReport(std::string_view id,
                                   const service::Report& report) override {
    Check();
    const auto it = reviews.find(id);
    if (it == reviews.end()) return service::ReportOutcome::kUnknown;
    reports.push_back(report);
    if (!reports_block) return service::ReportOutcome::kKept;
    it->second.blocked = report.created;
    return service::ReportOutcome::kBlocked;
  }
  std::vector<service::JobTimes> RecentJobs(int) override {
    Check();
    return recent;
  }

  std::map<std::string, service::StoredReview, std::less<>> reviews;
  std::vector<service::Submission> submissions;
  std::vector<service::JobTimes> recent;
  std::vector<service::Report> reports;
  bool reports_block = true;
  bool broken = false;

 private:
  void Check() const {
    if (broken) throw base::Error("the database is locked");
  }
};

// Subscriptions in a map.
class FakeSubscribers : public service::SubscriberStore {
 public:
  std::optional<service::Subscription> Find(std::string_view token) override {
    if (broken) throw base::Error("the database is locked");
    const auto it = subscriptions.find(token);
    if (it == subscriptions.end()) return std::nullopt;
    return it->second;
  }
  bool Confirm(std::string_view token, std::string_view wording,
               base::UnixTime now) override {
    const auto it = subscriptions.find(token);
    if (it == subscriptions.end() ||
        it->second.state == service::SubscriptionState::kEnded) {
      return false;
    }
    it->second.state = service::SubscriptionState::kConfirmed;
    it->second.confirmed = now;
    it->second.confirmed_wording = wording;
    return true;
  }
  bool End(std::string_view token, base::UnixTime) override {
    const auto it = subscriptions.find(token);
    if (it == subscriptions.end()) return false;
    it->second.state = service::SubscriptionState::kEnded;
    it->second.address.clear();
    return true;
  }
  std::vector<service::Subscription> Confirmed() override {
    if (broken) throw base::Error("the database is locked");
    std::vector<service::Subscription> list;
    for (const auto& [token, subscription] : subscriptions) {
      if (subscription.state == service::SubscriptionState::kConfirmed) {
        list.push_back(subscription);
      }
    }
    return list;
  }
  std::optional<int> QueueNews(const service::MailWords&,
                               base::UnixTime) override {
    return {};
  }
  void Purge(base::UnixTime) override {}

  std::map<std::string, service::Subscription, std::less<>> subscriptions;
  bool broken = false;
};

// Notes who is forgotten.
class FakePeople : public service::PersonStore {
 public:
  service::ErasedPerson Erase(std::string_view address, bool reviews,
                              const service::Deed& deed) override {
    erased.push_back(std::string(address) + (reviews ? " with reviews" : "") +
                     " by " + std::string(deed.actor));
    return answer;
  }

  std::vector<std::string> erased;
  service::ErasedPerson answer;
};

// Bare walls: tests/gallery hangs something.
class FakeGallery : public service::GalleryStore {
 public:
  bool Offer(std::string_view, base::UnixTime) override { return false; }
  bool Hang(std::string_view, const service::Deed&) override { return false; }
  bool Unhang(std::string_view, const service::Deed&) override { return false; }
  service::GalleryState StateOf(std::string_view) override {
    return service::GalleryState::kNotOffered;
  }
  service::HungReviews Hung(int, int) override { return {}; }
  std::vector<service::HungId> HungIds(int) override { return {}; }
  std::vector<service::ReviewSummary> List(service::GalleryState,
                                           int) override {
    return {};
  }
};

}  // namespace artspeak::testing
