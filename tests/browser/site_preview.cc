// Serves the site with one review in each state and no model behind it: for
// pictures, and for whoever designs a page and wants to see all of them. What
// one submits there is waiting, generating and done at the first three looks.
//
//   site_preview SITE_DIRECTORY [PORT]
//
// Prints its address and ends with its standard input.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "net/http_server.h"
#include "service/gallery.h"
#include "service/reception.h"
#include "tests/browser/preview_gallery.h"
#include "web/site.h"

namespace {

using namespace artspeak;
using service::ReviewState;

const std::vector<std::string> kTexts = {
    R"(What the painting refuses is never stated, and this is its whole manner. Across four rooms the same blue is absent in four different ways: painted over, left out, promised in a title, and finally hung facing the wall. One begins to miss it the way one misses a guest who had been described at length by the hosts.

It would be easy to call this austerity. But austerity saves something, and here nothing has been saved; the frames alone must have cost a year of teaching. The larger canvases have the composure of furniture under sheets. The smaller ones have the composure of the sheets.

I went back on the second day, when the gallery was empty, and stood where the light from the street comes in. For perhaps a minute the grey in the third room behaved like a colour. Then a van passed, and it went back to behaving like an opinion.

The catalogue, which weighs more than the exhibition, insists on silence. It does so for two hundred and twelve pages.)",
    R"(There are two ways to leave a room, and the sculptor has made both of them in bronze. The first is life-size and bows slightly. The second is a door handle.

Visitors on the opening night touched only the handle. It had to be explained to them, by the sculptor and then by a guard, that this was the work and that the other was merely the reason for it. One has seldom seen a distinction so warm from use.)",
    R"(The drawings were made in the dark, we are told, and it must be said that they have adapted well. Each line sets out as if it knew the house; each stops a little short of the furniture. Where two of them meet there is a small commotion of graphite, politely withdrawn.

What saves the series from charm is its number. Nine would have been charming. There are four hundred.)",
    R"(After the war he painted nothing but ladders. After the ladders he painted, at first reluctantly, what could be seen from them: gutters, a neighbour's soup, the backs of signs. It is in these late views that the hand forgets its training and the eye its manners, and a roof becomes what roofs so seldom are in painting, a thing one might fall from.)",
    R"(Of the film little can be said that it does not say itself, slowly, in the third person. A woman peels an orange. The orange, we understand, is the museum. By the time we have understood it she has peeled another.

The bench provided for viewers is by the same artist and lasts longer.)"};

service::StoredReview MakeReview(std::string id, ReviewState state,
                                 size_t texts, base::UnixTime created) {
  service::StoredReview stored;
  service::Review& review = stored.review;
  review.id = std::move(id);
  review.prompt = "The artist’s late refusal of the colour blue";
  review.eccentricity = 7;
  review.created = created;
  review.state = state;
  review.texts.assign(kTexts.begin(), kTexts.begin() + texts);
  stored.started = created;
  return stored;
}

class PreviewStore : public service::SubmissionStore {
 public:
  explicit PreviewStore(base::UnixTime now) : now_(now) {
    for (const auto& [id, state, texts] :
         {std::tuple("wa1twa1twa1t", ReviewState::kWaiting, 0),
          std::tuple("dry0dry0dry0", ReviewState::kGenerating, 0),
          std::tuple("dry2dry2dry2", ReviewState::kGenerating, 2),
          std::tuple("d0ned0ned0ne", ReviewState::kDone, 5),
          std::tuple("0ffered0ffer", ReviewState::kDone, 5),
          std::tuple("hangshangsha", ReviewState::kDone, 5),
          std::tuple("fa11fa11fa11", ReviewState::kFailed, 0),
          std::tuple("b10cb10cb10c", ReviewState::kBlocked, 0),
          std::tuple("he1dhe1dhe1d", ReviewState::kHeld, 0)}) {
      reviews_[id] = MakeReview(id, state, texts, now);
    }
    reviews_["wa1twa1twa1t"].review.jobs_ahead = 2;
  }

  bool Add(const service::Submission& submission, uint64_t) override {
    const std::lock_guard lock(mutex_);
    service::Review& review = reviews_[submission.id].review;
    review.id = submission.id;
    review.prompt = submission.prompt;
    review.eccentricity = submission.eccentricity;
    review.created = submission.created;
    visiting_ = submission.id;
    return true;
  }
  bool Import(const service::ImportedReview&) override { return false; }
  std::optional<service::StoredReview> Find(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    const auto it = reviews_.find(id);
    if (it == reviews_.end()) return std::nullopt;
    const service::StoredReview seen = it->second;
    if (visiting_ == id) Advance(it->second.review);
    return seen;
  }
  service::ReportOutcome AddReport(std::string_view id,
                                   const service::Report& report) override {
    const std::lock_guard lock(mutex_);
    const auto it = reviews_.find(id);
    if (it == reviews_.end()) return service::ReportOutcome::kUnknown;
    it->second.blocked = report.created;
    it->second.review.state = ReviewState::kBlocked;
    return service::ReportOutcome::kBlocked;
  }
  std::vector<service::JobTimes> RecentJobs(int) override {
    std::vector<service::JobTimes> jobs;
    for (int i = 0; i < 6; ++i) {
      const auto start = now_ - std::chrono::seconds(600 - 50 * i);
      jobs.push_back({start, start, start + std::chrono::seconds(35 + 4 * i)});
    }
    return jobs;
  }

 private:
  // A visitor's own submission is one step further at every look.
  static void Advance(service::Review& review) {
    if (review.state == ReviewState::kWaiting) {
      review.state = ReviewState::kGenerating;
      review.texts.assign(kTexts.begin(), kTexts.begin() + 2);
    } else if (review.state == ReviewState::kGenerating) {
      review.state = ReviewState::kDone;
      review.texts = kTexts;
    }
  }

  const base::UnixTime now_;
  std::mutex mutex_;  // guards all below
  std::string visiting_;
  std::map<std::string, service::StoredReview, std::less<>> reviews_;
};

// One subscription in each state, which nothing changes.
class PreviewSubscribers : public service::SubscriberStore {
 public:
  std::optional<service::Subscription> Find(std::string_view token) override {
    service::Subscription subscription;
    subscription.address = "visitor@art.example";
    switch (token.front()) {
      case 'a':
        return subscription;
      case 'b':
        subscription.state = service::SubscriptionState::kConfirmed;
        return subscription;
      case 'c':
        subscription.state = service::SubscriptionState::kEnded;
        return subscription;
    }
    return std::nullopt;
  }
  bool Confirm(std::string_view, std::string_view, base::UnixTime) override {
    return true;
  }
  bool End(std::string_view, base::UnixTime) override { return true; }
  std::vector<service::Subscription> Confirmed() override { return {}; }
  std::optional<int> QueueNews(const service::MailWords&,
                               base::UnixTime) override {
    return {};
  }
  void Purge(base::UnixTime) override {}
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: site_preview SITE_DIRECTORY [PORT]\n");
    return 2;
  }
  try {
    base::SystemClock clock;
    PreviewStore store(clock.Now());
    service::Reception reception(store, clock);
    PreviewSubscribers subscribers;
    service::MailingList list(subscribers, clock);
    PreviewGallery walls(kTexts, clock.Now());
    walls.SetState("0ffered0ffer", service::GalleryState::kOffered);
    walls.SetState("hangshangsha", service::GalleryState::kHung);
    service::Gallery gallery(walls, clock);
    web::SiteOptions options;
    options.directory = argv[1];
    options.time_zone = "Europe/Vienna";
    service::LiveText live;
    live.Begin("dry2dry2dry2", 1);
    live.Append("dry2dry2dry2", 2, {1, 0}, kTexts[2].substr(0, 150));
    web::Site site(options, {.reception = reception,
                             .list = list,
                             .gallery = gallery,
                             .live = &live});
    net::HttpServer::Options server_options;
    server_options.max_body = web::Site::kMaxReadBody;
    server_options.port = argc > 2 ? std::atoi(argv[2]) : 0;
    const net::HttpServer server(
        server_options,
        [&](const net::Request& request) { return site.Handle(request); });
    std::printf("http://127.0.0.1:%d\n", server.port());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
  } catch (const base::Error& error) {
    std::fprintf(stderr, "site_preview: %s\n", error.what());
    return 1;
  }
  return 0;
}
