#include "web/site.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "net/response_stream.h"
#include "service/submission_store.h"
#include "tests/support/testing.h"

namespace artspeak::web {
namespace {

namespace fs = std::filesystem;
using service::ReviewState;
using service::SubscriptionState;

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
    if (stored.blocked) stored.review.state = ReviewState::kBlocked;
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
        it->second.state == SubscriptionState::kEnded) {
      return false;
    }
    it->second.state = SubscriptionState::kConfirmed;
    it->second.confirmed = now;
    it->second.confirmed_wording = wording;
    return true;
  }
  bool End(std::string_view token, base::UnixTime) override {
    const auto it = subscriptions.find(token);
    if (it == subscriptions.end()) return false;
    it->second.state = SubscriptionState::kEnded;
    it->second.address.clear();
    return true;
  }
  std::vector<service::Subscription> Confirmed() override { return {}; }
  std::optional<int> QueueNews(const service::MailWords&,
                               base::UnixTime) override {
    return {};
  }
  void Purge(base::UnixTime) override {}

  std::map<std::string, service::Subscription, std::less<>> subscriptions;
  bool broken = false;
};

constexpr const char* kId = "0123456789ab";
constexpr const char* kToken = "0123456789abcdefghjkmnpqrstvwxyz";

class SiteTest : public ::testing::Test {
 protected:
  SiteTest() {
    fs::copy(testing::SourceDir() / "site", folder_ / "site",
             fs::copy_options::recursive);
    SiteOptions options;
    options.directory = folder_ / "site";
    options.base_url = "https://art.example";
    options.time_zone = "Europe/Vienna";
    options.name = "Test & Wall";
    site_ = std::make_unique<Site>(
        options, SiteServices{.reception = reception_, .list = list_});
  }

  net::Response Get(const std::string& path,
                    std::vector<net::Header> headers = {}) {
    net::Request request;
    request.method = "GET";
    request.target = request.path = path;
    request.headers = std::move(headers);
    return site_->Handle(request);
  }

  net::Response Post(const std::string& path, const std::string& body,
                     std::vector<net::Header> headers = {
                         {"Content-Type", "application/x-www-form-urlencoded"},
                         {"Origin", "https://art.example"}}) {
    net::Request request;
    request.method = "POST";
    request.target = request.path = path;
    request.headers = std::move(headers);
    request.body = body;
    return site_->Handle(request);
  }

  service::Review& AddReview(ReviewState state,
                             std::vector<std::string> texts = {}) {
    service::Review& review = store_.reviews[kId].review;
    review.id = kId;
    review.prompt = "The artist's <b>late</b> & blue";
    review.eccentricity = 8;
    review.created = base::UnixTime{std::chrono::seconds(1752573909)};
    review.state = state;
    review.texts = std::move(texts);
    return review;
  }

  static std::string HeaderOf(const net::Response& response,
                              std::string_view name) {
    const std::string* value = net::FindHeader(response.headers, name);
    return value == nullptr ? "" : *value;
  }

  static bool Has(const net::Response& response, std::string_view text) {
    return response.body.find(text) != std::string::npos;
  }

  service::Subscription& AddSubscription(SubscriptionState state) {
    service::Subscription& subscription = subscribers_.subscriptions[kToken];
    subscription.token = kToken;
    subscription.address = "a&b@art.example";
    subscription.state = state;
    return subscription;
  }

  void Overwrite(const std::string& file, const std::string& text) {
    base::WriteFileAtomically(folder_ / "site" / file, text);
  }

  testing::TempDir folder_;
  FakeStore store_;
  base::FakeClock clock_{base::UnixTime{std::chrono::seconds(1752573900)}};
  service::Reception reception_{store_, clock_};
  FakeSubscribers subscribers_;
  service::MailingList list_{subscribers_, clock_};
  std::unique_ptr<Site> site_;
};

TEST_F(SiteTest, PagesAreThere) {
  for (const char* path : {"/", "/generate/", "/examples/"}) {
    const net::Response response = Get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(HeaderOf(response, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_TRUE(Has(response, "Test &amp; Wall")) << path;
    EXPECT_TRUE(Has(response, "</html>")) << path;
  }
  EXPECT_EQ(Get("/health").body, "ok\n");
  EXPECT_TRUE(Has(Get("/robots.txt"), "User-agent"));
}

TEST_F(SiteTest, UnknownAddressesAreMissing) {
  for (const char* path :
       {"/nothing", "/index.html", "/generate/x", "/review/", "/review/x",
        "/review/zzzzzzzzzzzz", "/review/0123456789ab/x", "/assets/",
        "/assets/../examples.txt", "/assets/nothing.css", "//", "/review",
        "/pages/home.html", "/mail/review-ready.txt"}) {
    const net::Response response = Get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_TRUE(Has(response, "Nothing hangs here")) << path;
  }
  EXPECT_EQ(Post("/nothing", "").status, 404);
  for (const char* report : {"", "reason=insult"}) {
    EXPECT_EQ(Post("/review/zzzzzzzzzzzz/report", report).status, 404);
  }
  EXPECT_EQ(Get("/review/zzzzzzzzzzzz/report").status, 404);
}

TEST_F(SiteTest, SlashesAreMended) {
  EXPECT_EQ(Get("/generate").status, 301);
  EXPECT_EQ(HeaderOf(Get("/generate"), "Location"), "/generate/");
  EXPECT_EQ(HeaderOf(Get("/examples"), "Location"), "/examples/");
  EXPECT_EQ(HeaderOf(Get("/review/0123456789ab/"), "Location"),
            "/review/0123456789ab");
}

TEST_F(SiteTest, WrongMethodsNameTheRightOnes) {
  AddReview(ReviewState::kDone);
  EXPECT_EQ(HeaderOf(Get("/submission"), "Allow"), "POST");
  for (const char* path : {"/", "/generate/", "/review/0123456789ab",
                           "/assets/style.css", "/robots.txt", "/health"}) {
    const net::Response response = Post(path, "");
    EXPECT_EQ(response.status, 405) << path;
    EXPECT_EQ(HeaderOf(response, "Allow"), "GET, HEAD") << path;
  }
}

TEST_F(SiteTest, EveryAnswerCarriesThePolicy) {
  AddReview(ReviewState::kDone);
  std::vector<net::Response> responses;
  for (const char* path : {"/", "/generate", "/nothing", "/assets/style.css",
                           "/review/0123456789ab", "/health", "/submission"}) {
    responses.push_back(Get(path));
  }
  responses.push_back(Post("/submission", "prompt=x&eccentricity=5"));
  responses.push_back(Post("/submission", ""));
  store_.broken = true;
  responses.push_back(Get("/review/0123456789ab"));
  Overwrite("pages/home.html", "{{#broken}}");
  responses.push_back(Get("/"));
  for (const net::Response& response : responses) {
    EXPECT_EQ(HeaderOf(response, "Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; "
              "img-src 'self'; font-src 'self'; connect-src 'self'; "
              "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    EXPECT_EQ(HeaderOf(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(HeaderOf(response, "Referrer-Policy"), "same-origin");
  }
}

TEST_F(SiteTest, ASubmissionLeadsToItsPage) {
  const net::Response response =
      Post("/submission",
           "prompt=The+late%0D%0Apaintings&eccentricity=8&"
           "email=a%40b.example&update_check=yes");
  EXPECT_EQ(response.status, 303);
  ASSERT_EQ(store_.submissions.size(), 1u);
  const service::Submission& submission = store_.submissions[0];
  EXPECT_EQ(HeaderOf(response, "Location"), "/review/" + submission.id);
  EXPECT_EQ(submission.prompt, "The late\npaintings");
  EXPECT_EQ(submission.eccentricity, 8);
  EXPECT_EQ(submission.email, "a@b.example");
  EXPECT_TRUE(submission.subscribe);
  EXPECT_EQ(submission.update_wording,
            "Write to me when there is news of Test & Wall");
  EXPECT_TRUE(Has(Get("/generate/"),
                  "Write to me when there is news of Test &amp; Wall</span>"));
  EXPECT_TRUE(Has(Get("/review/" + submission.id), "You are next."));
}

TEST_F(SiteTest, FaultsComeBackWithTheVisitorsInput) {
  const net::Response response = Post(
      "/submission",
      "prompt=%3Cscript%3E+%22x%22%0Ay&eccentricity=3&email=nobody%0d%0aBcc"
      "%3A+x&update_check=yes");
  EXPECT_EQ(response.status, 422);
  EXPECT_TRUE(store_.submissions.empty());
  EXPECT_TRUE(Has(response, "&lt;script&gt; &quot;x&quot;\ny</textarea>"));
  EXPECT_FALSE(Has(response, "<script>"));
  EXPECT_TRUE(Has(response, "value=\"3\" checked"));
  EXPECT_TRUE(Has(response, "name=\"update_check\" value=\"yes\" checked"));
  EXPECT_TRUE(Has(response, "id=\"email-fault\""));
  EXPECT_TRUE(Has(response, "aria-describedby=\"email-hint email-fault\""));
  EXPECT_FALSE(Has(response, "id=\"prompt-fault\""));
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
}

TEST_F(SiteTest, AnEmptyFormNamesEveryFault) {
  const net::Response response = Post("/submission", "");
  EXPECT_EQ(response.status, 422);
  EXPECT_TRUE(Has(response, "href=\"#prompt\""));
  EXPECT_TRUE(Has(response, "href=\"#eccentricity\""));
}

TEST_F(SiteTest, DamagedTextIsRefused) {
  EXPECT_EQ(Post("/submission", "prompt=%FF%FE&eccentricity=5").status, 422);
  EXPECT_EQ(Post("/submission", "prompt=%zz&eccentricity=5").status, 400);
  EXPECT_TRUE(store_.submissions.empty());
}

TEST_F(SiteTest, AWholeCatalogueIsRefused) {
  const net::Response response =
      Post("/submission", "eccentricity=5&prompt=" + std::string(100'000, 'x'));
  EXPECT_EQ(response.status, 413);
  EXPECT_TRUE(Has(response, "500 characters"));
  EXPECT_TRUE(store_.submissions.empty());
}

TEST_F(SiteTest, PostsFromElsewhereAreRefused) {
  AddReview(ReviewState::kDone);
  const std::vector<net::Header> elsewhere = {
      {"Content-Type", "application/x-www-form-urlencoded"},
      {"Origin", "https://evil.example"}};
  EXPECT_EQ(Post("/submission", "prompt=x&eccentricity=5", elsewhere).status,
            403);
  EXPECT_EQ(Post("/review/0123456789ab/report", "", elsewhere).status, 403);
  EXPECT_TRUE(store_.submissions.empty());
  EXPECT_EQ(Get("/review/0123456789ab").status, 200);
}

TEST_F(SiteTest, OnlyFormsArePosted) {
  EXPECT_EQ(
      Post("/submission", "{}", {{"Content-Type", "application/json"}}).status,
      415);
  EXPECT_EQ(Post("/submission", "prompt=x&eccentricity=5", {}).status, 415);
}

TEST_F(SiteTest, AWaitingPageTellsPlaceAndTime) {
  AddReview(ReviewState::kWaiting).jobs_ahead = 2;
  for (int i = 0; i < 5; ++i) {
    const auto at = [&](int s) {
      return clock_.Now() + std::chrono::seconds(s - 200);
    };
    store_.recent.push_back({at(i * 20), at(i * 20), at(i * 20 + 20)});
  }
  const net::Response response = Get("/review/0123456789ab");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, "2 people are ahead of you."));
  EXPECT_TRUE(Has(response, "ready in 40 to 60 seconds")) << response.body;
  EXPECT_TRUE(Has(response, "http-equiv=\"refresh\" content=\"5\""));
  EXPECT_TRUE(
      Has(response, "The artist&apos;s &lt;b&gt;late&lt;/b&gt; &amp; blue"));
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
  EXPECT_EQ(HeaderOf(response, "X-Robots-Tag"), "noindex");
}

TEST_F(SiteTest, AGeneratingPageShowsWhatIsFinished) {
  AddReview(ReviewState::kGenerating, {"First & best.", "Second."});
  const net::Response response = Get("/review/0123456789ab");
  EXPECT_TRUE(Has(response, "2 of 5 texts are dry."));
  EXPECT_TRUE(Has(response, "First &amp; best."));
  EXPECT_TRUE(Has(response, "http-equiv=\"refresh\""));
  EXPECT_FALSE(Has(response, "/report"));
}

TEST_F(SiteTest, ADonePageShowsFiveTextsAndTheirOrigin) {
  AddReview(ReviewState::kDone,
            {"One.\n\nMore.", "Two.", "", "Four.", "Five."});
  const net::Response response = Get("/review/0123456789ab");
  for (const char* text :
       {"<p dir=\"auto\">One.</p>", "<p dir=\"auto\">More.</p>", "Five.",
        "text first\" id=\"text-1\"", "id=\"text-5\"", "8 of 10",
        "15 July 2025", "12:05 CEST", "datetime=\"2025-07-15T12:05:09+02:00\"",
        "https://art.example/review/0123456789ab",
        "action=\"/review/0123456789ab/report\"", "said nothing"}) {
    EXPECT_TRUE(Has(response, text)) << text;
  }
  EXPECT_FALSE(Has(response, "http-equiv=\"refresh\""));
  EXPECT_FALSE(Has(response, "text first\" id=\"text-2\""));
}

TEST_F(SiteTest, WinterDatesShowWinterTime) {
  AddReview(ReviewState::kDone).created =
      base::UnixTime{std::chrono::seconds(1736935509)};
  EXPECT_TRUE(Has(Get("/review/0123456789ab"), "11:05 CET"));
}

TEST_F(SiteTest, AFailedPageOffersAnotherTry) {
  AddReview(ReviewState::kFailed, {"One."});
  const net::Response response = Get("/review/0123456789ab");
  EXPECT_TRUE(Has(response, "This one was not written."));
  EXPECT_TRUE(Has(response, "name=\"eccentricity\" value=\"8\""));
  EXPECT_TRUE(Has(response, "One."));
}

TEST_F(SiteTest, AReportBlocksAtOnce) {
  AddReview(ReviewState::kDone, {"One.", "Two.", "Three.", "Four.", "Five."});
  const net::Response response =
      Post("/review/0123456789ab/report", "reason=privacy&note=My+street");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(HeaderOf(response, "Location"), "/review/0123456789ab");
  ASSERT_EQ(store_.reports.size(), 1u);
  EXPECT_EQ(store_.reports[0].reason, service::ReportReason::kPrivacy);
  EXPECT_EQ(store_.reports[0].note, "My street");
  EXPECT_EQ(store_.reports[0].created, clock_.Now());
  for (const char* path :
       {"/review/0123456789ab", "/review/0123456789ab/report"}) {
    const net::Response blocked = Get(path);
    EXPECT_EQ(blocked.status, 410);
    EXPECT_TRUE(Has(blocked, "Taken down"));
    EXPECT_FALSE(Has(blocked, "late"));
    EXPECT_FALSE(Has(blocked, "One."));
  }
}

TEST_F(SiteTest, AReportThatBlocksNothingSaysSo) {
  AddReview(ReviewState::kDone);
  store_.reports_block = false;
  const net::Response response =
      Post("/review/0123456789ab/report", "reason=other");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, "stays up for now"));
  EXPECT_EQ(Get("/review/0123456789ab").status, 200);
}

TEST_F(SiteTest, AReportNeedsAReason) {
  AddReview(ReviewState::kDone);
  const net::Response response =
      Post("/review/0123456789ab/report", "note=%3Cb%3E+%FF");
  EXPECT_EQ(response.status, 422);
  EXPECT_TRUE(Has(response, "id=\"reason-fault\""));
  EXPECT_TRUE(Has(response, "&lt;b&gt; \xEF\xBF\xBD</textarea>"));
  const net::Response wordy =
      Post("/review/0123456789ab/report",
           "reason=unlawful&note=" + std::string(501, 'x'));
  EXPECT_EQ(wordy.status, 422);
  EXPECT_TRUE(Has(wordy, "keep to 500 characters"));
  EXPECT_TRUE(Has(wordy, "value=\"unlawful\" required checked"));
  EXPECT_TRUE(store_.reports.empty());
  EXPECT_EQ(Get("/review/0123456789ab").status, 200);
}

TEST_F(SiteTest, AGetNeverReports) {
  AddReview(ReviewState::kDone);
  const net::Response form = Get("/review/0123456789ab/report");
  EXPECT_EQ(form.status, 200);
  EXPECT_TRUE(Has(form, "action=\"/review/0123456789ab/report\""));
  EXPECT_TRUE(store_.reports.empty());
  EXPECT_EQ(Get("/review/0123456789ab").status, 200);
}

TEST_F(SiteTest, AHeldPageShowsNoWordOfIt) {
  AddReview(ReviewState::kHeld);
  const net::Response response = Get("/review/0123456789ab");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, "reads it first"));
  EXPECT_FALSE(Has(response, "late"));
  EXPECT_EQ(HeaderOf(response, "X-Robots-Tag"), "noindex");
}

TEST_F(SiteTest, AWishIsConfirmedByAButtonAlone) {
  service::Subscription& wish =
      AddSubscription(SubscriptionState::kUnconfirmed);
  const std::string page = "/subscription/" + std::string(kToken);
  for (int i = 0; i < 2; ++i) {  // a mail scanner, then the reader
    const net::Response response = Get(page);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
    EXPECT_EQ(HeaderOf(response, "X-Robots-Tag"), "noindex");
    EXPECT_TRUE(Has(response, "a&amp;b@art.example"));
    EXPECT_TRUE(Has(response, "news of Test &amp; Wall</p>"));
    EXPECT_TRUE(Has(response, "action=\"" + page + "/confirm\""));
    EXPECT_EQ(HeaderOf(Get(page + "/confirm"), "Allow"), "POST");
    EXPECT_EQ(wish.state, SubscriptionState::kUnconfirmed);
  }
  EXPECT_EQ(
      Post(page + "/confirm", "", {{"Origin", "https://evil.example"}}).status,
      403);
  EXPECT_EQ(wish.state, SubscriptionState::kUnconfirmed);
  const net::Response response = Post(page + "/confirm", "");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(HeaderOf(response, "Location"), page);
  EXPECT_EQ(wish.state, SubscriptionState::kConfirmed);
  EXPECT_EQ(wish.confirmed, clock_.Now());
  EXPECT_EQ(wish.confirmed_wording,
            "Write to me when there is news of Test & Wall");
  EXPECT_TRUE(Has(Get(page), "You are on the list"));
}

TEST_F(SiteTest, OnePostUnsubscribesFromAnywhere) {
  const std::string page = "/subscription/" + std::string(kToken);
  const std::vector<net::Header> form = {
      {"Content-Type", "application/x-www-form-urlencoded"}};
  const std::vector<net::Header> multipart = {
      {"Content-Type", "multipart/form-data; boundary=x"},
      {"Origin", "https://webmail.example"},
      {"Sec-Fetch-Site", "cross-site"}};
  for (const auto& headers : {form, multipart, {}}) {
    service::Subscription& member =
        AddSubscription(SubscriptionState::kConfirmed);
    EXPECT_EQ(Get(page + "/unsubscribe").status, 200);
    EXPECT_EQ(member.state, SubscriptionState::kConfirmed) << "a GET";
    for (int i = 0; i < 2; ++i) {  // mail programs try again
      const net::Response response =
          Post(page + "/unsubscribe", "List-Unsubscribe=One-Click", headers);
      EXPECT_EQ(response.status, 200) << "no redirection";
      EXPECT_TRUE(Has(response, "You are off the list"));
      EXPECT_FALSE(Has(response, "a&amp;b@"));
    }
    EXPECT_EQ(member.state, SubscriptionState::kEnded);
    EXPECT_EQ(Post(page + "/confirm", "").status, 200);
    EXPECT_EQ(member.state, SubscriptionState::kEnded);
  }
}

TEST_F(SiteTest, LinksThatHoldNoTokenLeadNowhere) {
  AddSubscription(SubscriptionState::kConfirmed);
  for (const std::string& token :
       {std::string("x"), std::string(), std::string(32, '0'),
        std::string(kToken).substr(1), std::string("' OR 1=1 --")}) {
    const net::Response response = Get("/subscription/" + token);
    EXPECT_EQ(response.status, 404);
    EXPECT_TRUE(Has(response, "Not on the list"));
    EXPECT_EQ(Post("/subscription/" + token + "/confirm", "").status, 404);
    EXPECT_EQ(Post("/subscription/" + token + "/unsubscribe", "").status, 404);
  }
  EXPECT_EQ(Get("/subscription/" + std::string(kToken) + "/x").status, 404);
  EXPECT_EQ(Get("/subscription").status, 404);
  EXPECT_EQ(Post("/subscription/" + std::string(kToken), "").status, 405);
  subscribers_.broken = true;
  EXPECT_EQ(Get("/subscription/" + std::string(kToken)).status, 503);
}

TEST_F(SiteTest, ExamplesAreTheOwnersChoice) {
  EXPECT_TRUE(Has(Get("/examples/"), "walls are still white"));
  AddReview(ReviewState::kDone, {"", "Second.\n\nThird."});
  Overwrite("examples.txt",
            "# chosen\nhttps://art.example/review/0123456789ab/ # good\n"
            "zzzzzzzzzzzz\nnonsense\n");
  const net::Response examples = Get("/examples/");
  EXPECT_TRUE(Has(examples, "Second."));
  EXPECT_TRUE(Has(examples, "Third."));
  EXPECT_TRUE(Has(examples, "href=\"/review/0123456789ab\""));
  EXPECT_TRUE(Has(Get("/"), "Second."));
  Post("/review/0123456789ab/report", "reason=other");
  EXPECT_FALSE(Has(Get("/examples/"), "Second."));
  EXPECT_FALSE(Has(Get("/"), "Second."));
}

TEST_F(SiteTest, AssetsAreAskedForAgainByTheirTag) {
  const net::Response style = Get("/assets/style.css");
  EXPECT_EQ(style.status, 200);
  EXPECT_EQ(HeaderOf(style, "Content-Type"), "text/css; charset=utf-8");
  const std::string etag = HeaderOf(style, "ETag");
  const net::Response again =
      Get("/assets/style.css", {{"If-None-Match", etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(HeaderOf(again, "ETag"), etag);
  EXPECT_EQ(Get("/assets/style.css", {{"If-None-Match", "\"old\""}}).status,
            200);
}

TEST_F(SiteTest, AnArtistsChangeShowsOnReload) {
  Overwrite("partials/navigation.html", "<nav>brand new</nav>");
  EXPECT_TRUE(Has(Get("/"), "brand new"));
  EXPECT_TRUE(Has(Get("/nothing"), "brand new"));
}

TEST_F(SiteTest, ABrokenTemplateIsAPlainApology) {
  Overwrite("pages/home.html", "{{#open}}");
  EXPECT_EQ(Get("/").status, 500);
  EXPECT_EQ(HeaderOf(Get("/"), "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_FALSE(Has(Get("/"), "home.html"));
  EXPECT_EQ(Get("/generate/").status, 200);
  fs::remove(folder_ / "site/partials/footer.html");
  EXPECT_EQ(Get("/generate/").status, 500);
  EXPECT_EQ(Get("/nothing").status, 500);
  EXPECT_EQ(Get("/assets/style.css").status, 200);
}

TEST_F(SiteTest, ABrokenStoreIsA503AndLosesNothing) {
  store_.broken = true;
  const net::Response response = Post("/submission", "prompt=x&eccentricity=5");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "30");
  EXPECT_FALSE(Has(response, "locked"));
  EXPECT_EQ(Get("/review/0123456789ab").status, 503);
  EXPECT_EQ(Get("/health").status, 503);
  EXPECT_EQ(Get("/generate/").status, 200);
}

TEST_F(SiteTest, ABadStartIsRefusedInASentence) {
  SiteOptions options;
  options.directory = folder_ / "site";
  options.base_url = "art.example";
  EXPECT_THROW(Site(options, {reception_, list_}), base::Error);
  options.base_url = "https://art.example/below";
  EXPECT_THROW(Site(options, {reception_, list_}), base::Error);
  options.base_url = "https://art.example";
  options.time_zone = "Europe/Atlantis";
  EXPECT_THROW(Site(options, {reception_, list_}), base::Error);
  options.time_zone = "UTC";
  EXPECT_NO_THROW(Site(options, {reception_, list_}));
  Overwrite("subscription.txt", " \n");
  EXPECT_THROW(Site(options, {reception_, list_}), base::Error);
  options.directory = folder_ / "nothing";
  EXPECT_THROW(Site(options, {reception_, list_}), base::Error);
}

TEST_F(SiteTest, AFinishedReviewHasACard) {
  const std::string path = std::string("/review/") + kId;
  const std::string card = path + "/card.png";
  AddReview(ReviewState::kDone, {"", "One & two.\n\nThree."});
  const net::Response page = Get(path);
  EXPECT_TRUE(
      Has(page, "<meta property=\"og:image\" content=\"https://art.example" +
                    card + "\">"));
  EXPECT_TRUE(Has(page,
                  "<meta property=\"og:description\" content=\"One &amp; "
                  "two. Three.\">"));
  const net::Response picture = Get(card);
  EXPECT_EQ(picture.status, 200);
  EXPECT_EQ(HeaderOf(picture, "Content-Type"), "image/png");
  EXPECT_EQ(HeaderOf(picture, "X-Robots-Tag"), "noindex");
  EXPECT_TRUE(picture.body.starts_with("\x89PNG"));

  const std::string etag = HeaderOf(picture, "ETag");
  const net::Response again = Get(card, {{"If-None-Match", etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(Post(card, "").status, 405);

  // A new look is another picture.
  Overwrite("assets/style.css", ":root { --wall: #000; --ink: #fff; }");
  const net::Response dark = Get(card, {{"If-None-Match", etag}});
  EXPECT_EQ(dark.status, 200);
  EXPECT_NE(dark.body, picture.body);
}

TEST_F(SiteTest, NoCardOfWhatIsBlockedOrUnfinished) {
  const std::string path = std::string("/review/") + kId;
  const std::string card = path + "/card.png";
  EXPECT_EQ(Get(card).status, 404);
  for (const ReviewState state :
       {ReviewState::kWaiting, ReviewState::kGenerating,
        ReviewState::kFailed}) {
    AddReview(state, {"One."});
    EXPECT_EQ(Get(card).status, 404);
    EXPECT_FALSE(Has(Get(path), "og:image"));
  }
  AddReview(ReviewState::kDone, {"One."});
  const std::string etag = HeaderOf(Get(card), "ETag");
  EXPECT_EQ(Post(path + "/report", "reason=insult").status, 303);
  EXPECT_EQ(Get(card, {{"If-None-Match", etag}}).status, 410);
  EXPECT_EQ(Get("/review/nothing/card.png").status, 404);
}

TEST_F(SiteTest, TheEntranceHasACardToo) {
  EXPECT_TRUE(Has(Get("/"), "content=\"https://art.example/card.png\""));
  EXPECT_TRUE(Get("/card.png").body.starts_with("\x89PNG"));
}

class FakeStream : public net::ResponseStream {
 public:
  bool Write(std::string_view bytes) override {
    written += bytes;
    return true;
  }
  void End() override { ended.set_value(); }

  std::string written;
  std::promise<void> ended;
};

TEST_F(SiteTest, EventsTellHowAReviewComesAbout) {
  AddReview(ReviewState::kDone, {"The chair sat."});
  const std::string path = "/review/" + std::string(kId) + "/events";
  const net::Response response = Get(path);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "text/event-stream");
  EXPECT_EQ(HeaderOf(response, "X-Accel-Buffering"), "no");
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.body, "retry: 3000\n\n");
  const auto stream = std::make_shared<FakeStream>();
  response.stream(stream);
  stream->ended.get_future().wait();
  EXPECT_NE(stream->written.find("The chair sat."), std::string::npos);
  EXPECT_TRUE(stream->written.ends_with("event: done\nid: end\ndata: {}\n\n"))
      << stream->written;
  EXPECT_EQ(Get(path, {{"Last-Event-ID", "end"}}).status, 204);
  EXPECT_EQ(Get("/review/00000000000a/events").status, 404);
  EXPECT_EQ(Post(path, "").status, 405);
}

TEST_F(SiteTest, TooManyEventStreamsAreTurnedAway) {
  AddReview(ReviewState::kWaiting);
  const std::string path = "/review/" + std::string(kId) + "/events";
  std::vector<net::Response> open;
  for (int i = 0; i < Site::kMaxEventStreams; ++i) open.push_back(Get(path));
  EXPECT_EQ(open.back().status, 200);
  const net::Response refused = Get(path);
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(HeaderOf(refused, "Retry-After"), "");
  open.pop_back();  // such as a client that went before its stream began
  EXPECT_EQ(Get(path).status, 200);
}

TEST_F(SiteTest, AReviewIsAlsoThereForPrograms) {
  service::Review& review =
      AddReview(ReviewState::kGenerating, {"The \"chair\"\xff."});
  review.places = {2};
  review.jobs_ahead = 0;
  const std::string path = "/review/" + std::string(kId) + ".json";
  const net::Response response = Get(path);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "application/json");
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.body, R"({
  "id": "0123456789ab",
  "link": "https://art.example/review/0123456789ab",
  "state": "generating",
  "prompt": "The artist's <b>late</b> & blue",
  "eccentricity": 8,
  "created": "2025-07-15T10:05:09Z",
  "jobs_ahead": 0,
  "texts": [
    {
      "number": 3,
      "text": "The \"chair\"�."
    }
  ]
}
)");
  store_.reviews[kId].blocked = clock_.Now();
  const net::Response blocked = Get(path);
  EXPECT_EQ(blocked.status, 410);
  EXPECT_FALSE(Has(blocked, "chair"));
  EXPECT_FALSE(Has(blocked, "late"));
  EXPECT_EQ(Get("/review/00000000000a.json").status, 404);
}

TEST_F(SiteTest, TextsShowTheirPlacesWhileOthersAreMissing) {
  AddReview(ReviewState::kGenerating, {"The third."}).places = {2};
  const net::Response page = Get("/review/" + std::string(kId));
  EXPECT_TRUE(Has(page, "id=\"text-3\""));
  EXPECT_FALSE(Has(page, "id=\"text-1\""));
}

}  // namespace
}  // namespace artspeak::web
