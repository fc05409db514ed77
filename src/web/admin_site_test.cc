#include "web/admin_site.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/fake_stores.h"
#include "tests/support/response.h"
#include "tests/support/testing.h"
#include "web/admin_sessions.h"

namespace artspeak::web {
namespace {

using testing::Has;
using testing::HeaderOf;

namespace fs = std::filesystem;
using service::GalleryState;
using service::ReviewState;

constexpr const char* kId = "0123456789ab";

class FakeSubmissions : public service::SubmissionStore {
 public:
  bool Add(const service::Submission&, uint64_t) override { return false; }
  bool Import(const service::ImportedReview&) override { return false; }
  std::optional<service::StoredReview> Find(std::string_view id) override {
    if (broken) throw base::Error("the database is locked");
    if (id != kId) return std::nullopt;
    return stored;
  }
  service::ReportOutcome AddReport(std::string_view,
                                   const service::Report&) override {
    return service::ReportOutcome::kUnknown;
  }
  std::vector<service::JobTimes> RecentJobs(int) override { return {}; }

  service::StoredReview stored;
  bool broken = false;
};

// Notes what the owner does.
class FakeModeration : public service::ModerationStore {
 public:
  std::vector<service::ListedReview> List(
      const service::ReviewQuery& query) override {
    queries.push_back(query);
    std::vector<service::ListedReview> page;
    for (int i = 0; i < query.limit && query.offset + i < std::ssize(listed);
         ++i) {
      page.push_back(listed[static_cast<size_t>(query.offset + i)]);
    }
    return page;
  }
  service::ReviewCounts Count() override {
    return {.open = 1, .by_state = {7}};
  }
  std::vector<service::KeptReport> Reports(std::string_view) override {
    return reports;
  }
  bool Block(std::string_view id, const service::Deed& deed) override {
    return Note("block", id, deed);
  }
  bool Unblock(std::string_view id, const service::Deed& deed) override {
    return Note("unblock", id, deed);
  }
  bool Approve(std::string_view id, const service::Deed& deed) override {
    return Note("approve", id, deed);
  }
  bool Erase(std::string_view id, const service::Deed& deed) override {
    return Note("erase", id, deed);
  }

  std::vector<service::ListedReview> listed;
  std::vector<service::KeptReport> reports;
  std::vector<service::ReviewQuery> queries;
  std::vector<std::string> deeds;

 private:
  bool Note(const std::string& what, std::string_view id,
            const service::Deed& deed) {
    deeds.push_back(what + " " + std::string(id) + " by " +
                    std::string(deed.actor));
    return id == kId;
  }
};

class FakeGallery : public service::GalleryStore {
 public:
  bool Offer(std::string_view, base::UnixTime) override { return false; }
  bool Hang(std::string_view, const service::Deed&) override {
    state = GalleryState::kHung;
    return true;
  }
  bool Unhang(std::string_view, const service::Deed&) override {
    state = GalleryState::kDeclined;
    return true;
  }
  GalleryState StateOf(std::string_view) override { return state; }
  service::HungReviews Hung(int, int) override { return {}; }
  std::vector<service::HungId> HungIds(int) override { return {}; }
  std::vector<service::ReviewSummary> List(GalleryState, int) override {
    if (state != GalleryState::kOffered) return {};
    return {{kId, "An offered chair", {}, ReviewState::kDone}};
  }

  GalleryState state = GalleryState::kNotOffered;
};

class FakeTrail : public service::AuditTrail {
 public:
  void Append(const service::AuditEntry& entry) override {
    entries.push_back(entry);
  }
  std::vector<service::AuditEntry> List(std::string_view, int, int) override {
    return entries;
  }
  std::vector<service::AuditEntry> entries;
};

class AdminSiteTest : public ::testing::Test {
 protected:
  AdminSiteTest() {
    fs::copy(testing::SourceDir() / "site", folder_ / "site",
             fs::copy_options::recursive);
    options_.directory = folder_ / "site";
    options_.base_url = "https://art.example";
    options_.time_zone = "Europe/Vienna";
    options_.name = "Test & Wall";
    site_ = std::make_unique<AdminSite>(
        options_, PasswordHash(HashPassword("eleven umbrellas", {64, 1, 1})),
        AdminStores{submissions_, moderation_, gallery_, trail_, people_,
                    subscribers_},
        clock_);
    service::Review& review = submissions_.stored.review;
    review.id = kId;
    review.prompt = "The artist's <b>late</b> & blue";
    review.eccentricity = 8;
    review.created = base::UnixTime{std::chrono::seconds(1752573909)};
    review.state = ReviewState::kDone;
    review.texts = {"One & all.", "Two."};
  }

  net::Response Get(const std::string& path, const std::string& cookie = "") {
    net::Request request;
    request.method = "GET";
    request.target = path;
    request.path = path.substr(0, path.find('?'));
    if (request.path != path) request.query = path.substr(path.find('?') + 1);
    request.headers = {{"Host", "127.0.0.1:8081"}, {"Cookie", cookie}};
    request.remote_address = "127.0.0.1";
    return site_->Handle(request);
  }
  net::Response Post(const std::string& path, const std::string& body,
                     const std::string& cookie = "",
                     const std::string& origin = "http://127.0.0.1:8081") {
    net::Request request;
    request.method = "POST";
    request.target = request.path = path;
    request.headers = {{"Host", "127.0.0.1:8081"},
                       {"Origin", origin},
                       {"Content-Type", "application/x-www-form-urlencoded"},
                       {"Cookie", cookie}};
    request.body = body;
    request.remote_address = "127.0.0.1";
    return site_->Handle(request);
  }
  // The cookie of a new session.
  std::string SignIn() {
    const net::Response response =
        Post("/admin/sign-in", "password=eleven+umbrellas");
    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(HeaderOf(response, "Location"), "/admin/");
    const std::string cookie = HeaderOf(response, "Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
  }
  // "key=…" as the forms of a session send it.
  std::string KeyOf(const std::string& cookie) {
    const std::string page = Get("/admin/", cookie).body;
    const std::string before = "name=\"key\" value=\"";
    const size_t at = page.find(before);
    EXPECT_NE(at, std::string::npos) << page;
    return "key=" + page.substr(at + before.size(), 32);
  }

  testing::TempDir folder_;
  SiteOptions options_;
  base::FakeClock clock_{base::UnixTime{std::chrono::seconds(1752573999)}};
  FakeSubmissions submissions_;
  FakeModeration moderation_;
  FakeGallery gallery_;
  FakeTrail trail_;
  testing::FakePeople people_;
  testing::FakeSubscribers subscribers_;
  std::unique_ptr<AdminSite> site_;
};

TEST_F(AdminSiteTest, NothingIsShownToWhoIsNotSignedIn) {
  for (const char* path :
       {"/admin/", "/admin/reviews/", "/admin/trail/", "/admin/people/",
        "/admin/people/subscribers.csv", "/admin/review/0123456789ab",
        "/admin/review/0123456789ab/erase", "/admin/sign-out",
        "/admin/anything"}) {
    for (const char* cookie : {"", "artspeak_admin=", "artspeak_admin=0"}) {
      const net::Response response = Get(path, cookie);
      EXPECT_EQ(response.status, 303) << path;
      EXPECT_EQ(HeaderOf(response, "Location"), "/admin/sign-in");
      EXPECT_EQ(response.body, "");
    }
  }
  EXPECT_EQ(Post("/admin/review/0123456789ab/erase", "").status, 303);
  EXPECT_EQ(
      Post("/admin/people/erase", "address=v%40art.example&sure=yes").status,
      303);
  EXPECT_TRUE(people_.erased.empty());
  EXPECT_TRUE(moderation_.deeds.empty());
  EXPECT_EQ(Get("/").status, 301);
  EXPECT_EQ(Get("/review/0123456789ab").status, 404) << "not the public site";
  EXPECT_EQ(Get("/assets/admin.css").status, 200);
}

TEST_F(AdminSiteTest, ThePasswordOpensASessionThatSigningOutEnds) {
  EXPECT_EQ(Get("/admin/sign-in").status, 200);
  const std::string cookie = SignIn();
  EXPECT_EQ(Get("/admin/", "other=1; " + cookie + "; b=2").status, 200);
  EXPECT_EQ(trail_.entries.at(0).action, "sign in");
  EXPECT_EQ(Get("/admin/sign-out", cookie).status, 404) << "a GET does nothing";
  const net::Response out = Post("/admin/sign-out", KeyOf(cookie), cookie);
  EXPECT_EQ(out.status, 303);
  EXPECT_NE(HeaderOf(out, "Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(Get("/admin/", cookie).status, 303);
}

TEST_F(AdminSiteTest, TheCookieIsForNoScriptAndNoOtherSite) {
  const auto cookie = [&](const std::string& origin) {
    net::Request request;
    return HeaderOf(
        Post("/admin/sign-in", "password=eleven+umbrellas", "", origin),
        "Set-Cookie");
  };
  const std::string plain = cookie("http://127.0.0.1:8081");
  for (const char* part :
       {"; HttpOnly", "; SameSite=Strict", "; Path=/admin/", "Max-Age=43200"}) {
    EXPECT_NE(plain.find(part), std::string::npos) << plain;
  }
  EXPECT_EQ(plain.find("Secure"), std::string::npos);
  EXPECT_NE(cookie("https://127.0.0.1:8081").find("; Secure"),
            std::string::npos);
}

TEST_F(AdminSiteTest, WrongPasswordsAreSlowedDown) {
  for (int i = 0; i < kTriesPerAddress; ++i) {
    const net::Response wrong = Post("/admin/sign-in", "password=umbrellas");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_TRUE(Has(wrong, "That is not it."));
    EXPECT_EQ(HeaderOf(wrong, "Set-Cookie"), "");
  }
  const net::Response late =
      Post("/admin/sign-in", "password=eleven+umbrellas");
  EXPECT_EQ(late.status, 429);
  EXPECT_EQ(HeaderOf(late, "Retry-After"), "900");
  EXPECT_TRUE(Has(late, "15 minutes"));
  clock_.Advance(std::chrono::minutes(15));
  SignIn();
}

TEST_F(AdminSiteTest, OtherPagesCannotActInTheOwnersName) {
  const std::string cookie = SignIn();
  const std::string key = KeyOf(cookie);
  const std::string path = "/admin/review/0123456789ab/erase";
  EXPECT_EQ(Post(path, key, cookie, "https://evil.example").status, 403);
  EXPECT_EQ(Post(path, key, cookie, "https://art.example").status, 403)
      << "nor the public site's";
  EXPECT_EQ(Post(path, key, cookie, "http://127.0.0.1:8080").status, 403);
  EXPECT_EQ(Post(path, "", cookie).status, 403);
  EXPECT_EQ(Post(path, KeyOf(SignIn()), cookie).status, 403);
  EXPECT_EQ(Post("/admin/sign-in", "password=eleven+umbrellas", "",
                 "https://evil.example")
                .status,
            403);
  EXPECT_TRUE(moderation_.deeds.empty());
  EXPECT_EQ(Post(path, key, cookie).status, 303);
  EXPECT_EQ(moderation_.deeds.size(), 1u);
}

TEST_F(AdminSiteTest, EveryDeedIsDoneAndTold) {
  const std::string cookie = SignIn();
  const std::string key = KeyOf(cookie);
  for (const std::string deed : {"approve", "block", "unblock", "erase"}) {
    const net::Response done =
        Post("/admin/review/0123456789ab/" + deed, key, cookie);
    EXPECT_EQ(done.status, 303);
    EXPECT_EQ(moderation_.deeds.back(), deed + " 0123456789ab by admin page");
    const std::string back = HeaderOf(done, "Location");
    EXPECT_EQ(back, "/admin/?done=" + deed + "&review=0123456789ab");
    EXPECT_TRUE(Has(Get(back, cookie), "class=\"notice\" role=\"status\""));
  }
  Post("/admin/review/0123456789ab/hang", key, cookie);
  EXPECT_EQ(gallery_.state, GalleryState::kHung);
  Post("/admin/review/0123456789ab/unhang", key, cookie);
  EXPECT_EQ(gallery_.state, GalleryState::kDeclined);
  EXPECT_EQ(Post("/admin/review/0123456789ac/block", key, cookie).status, 409);
  for (const char* path :
       {"/admin/review/0123456789ab/burn", "/admin/review/0123456789ab",
        "/admin/review/x/block", "/admin/", "/admin/block"}) {
    EXPECT_EQ(Post(path, key, cookie).status, 404) << path;
  }
  EXPECT_FALSE(Has(Get("/admin/?done=burn&review=0123456789ab", cookie),
                   "class=\"notice\""));
  EXPECT_FALSE(Has(Get("/admin/?done=block&review=%3Cb%3E", cookie),
                   "class=\"notice\""));
  EXPECT_EQ(Get("/admin/?done=%zz", cookie).status, 200);
}

TEST_F(AdminSiteTest, TheDeskShowsWhatWaits) {
  const std::string cookie = SignIn();
  EXPECT_TRUE(Has(Get("/admin/", cookie), "Nothing waits for you."));
  moderation_.listed = {
      {{kId, "A <i>chair</i>", submissions_.stored.review.created,
        ReviewState::kBlocked},
       2}};
  gallery_.state = GalleryState::kOffered;
  const net::Response desk = Get("/admin/", cookie);
  EXPECT_TRUE(moderation_.queries.back().open);
  for (const char* text :
       {"A &lt;i&gt;chair&lt;/i&gt;", "2 reports", "blocked",
        "15 July 2025, 12:05 CEST", "href=\"/admin/review/0123456789ab\"",
        "An offered chair", "Test &amp; Wall"}) {
    EXPECT_TRUE(Has(desk, text)) << text << desk.body;
  }
  EXPECT_FALSE(Has(desk, "Nothing waits"));
  EXPECT_EQ(HeaderOf(desk, "Cache-Control"), "no-store");
  EXPECT_NE(HeaderOf(desk, "Content-Security-Policy"), "");
}

TEST_F(AdminSiteTest, ReviewsAreListedByStateAndPage) {
  const std::string cookie = SignIn();
  moderation_.listed.assign(51, {{kId, "A chair", {}, ReviewState::kDone}, 0});
  const net::Response first = Get("/admin/reviews/?state=done", cookie);
  EXPECT_EQ(moderation_.queries.back().state, ReviewState::kDone);
  EXPECT_FALSE(moderation_.queries.back().open);
  EXPECT_TRUE(Has(
      first, "href=\"/admin/reviews/?state=done&amp;page=2\" rel=\"next\""));
  EXPECT_FALSE(Has(first, "rel=\"prev\""));
  EXPECT_TRUE(Has(first, "waiting <span class=\"number\">7</span>"));
  const net::Response second = Get("/admin/reviews/?state=done&page=2", cookie);
  EXPECT_EQ(moderation_.queries.back().offset, 50);
  EXPECT_TRUE(Has(second, "rel=\"prev\""));
  EXPECT_FALSE(Has(second, "rel=\"next\""));
  for (const char* odd : {"0", "-1", "x", "1e9", "99999999999999"}) {
    Get(std::string("/admin/reviews/?page=") + odd, cookie);
    EXPECT_EQ(moderation_.queries.back().offset, 0) << odd;
    EXPECT_FALSE(moderation_.queries.back().state);
  }
}

TEST_F(AdminSiteTest, AReviewIsReadWithItsReportsAndTrail) {
  const std::string cookie = SignIn();
  service::Report report;
  report.reason = service::ReportReason::kUnlawful;
  report.note = "Look <here>";
  moderation_.reports = {{report, true, true}};
  trail_.entries = {{{}, "visitor", "block", kId, "unlawful"}};
  submissions_.stored.review.state = ReviewState::kBlocked;
  const net::Response page = Get("/admin/review/0123456789ab", cookie);
  for (const char* text :
       {"The artist&apos;s &lt;b&gt;late&lt;/b&gt; &amp; blue",
        "One &amp; all.", "It breaks a law", "Look &lt;here&gt;",
        "block (unlawful)", "https://art.example/review/0123456789ab",
        "/admin/review/0123456789ab/unblock",
        "/admin/review/0123456789ab/block", "8 of 10"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
  EXPECT_FALSE(Has(page, "/approve"));
  EXPECT_EQ(Get("/admin/review/0123456789ac", cookie).status, 404);
  EXPECT_EQ(Get("/admin/review/0123456789ab/burn", cookie).status, 404);
  EXPECT_TRUE(Has(Get("/admin/review/0123456789ab/erase", cookie),
                  "Erase it for good"));
  EXPECT_TRUE(Has(Get("/admin/trail/", cookie), "block (unlawful)"));
}

TEST_F(AdminSiteTest, OnlyWhatMakesSenseIsOffered) {
  const std::string cookie = SignIn();
  const auto deeds = [&](ReviewState state, bool reported, GalleryState place) {
    submissions_.stored.review.state = state;
    moderation_.reports.clear();
    if (reported) moderation_.reports.push_back({{}, false, true});
    gallery_.state = place;
    const std::string page = Get("/admin/review/0123456789ab", cookie).body;
    std::string offered;
    for (const char* deed : {"approve", "block", "unblock", "hang", "unhang"}) {
      if (page.find(std::string("0123456789ab/") + deed + "\"") !=
          std::string::npos) {
        offered += std::string(offered.empty() ? "" : " ") + deed;
      }
    }
    return offered;
  };
  const GalleryState none = GalleryState::kNotOffered;
  EXPECT_EQ(deeds(ReviewState::kHeld, false, none), "approve block");
  EXPECT_EQ(deeds(ReviewState::kBlocked, false, none), "unblock");
  EXPECT_EQ(deeds(ReviewState::kBlocked, true, none), "block unblock");
  EXPECT_EQ(deeds(ReviewState::kWaiting, false, none), "block");
  EXPECT_EQ(deeds(ReviewState::kDone, false, none), "block hang");
  EXPECT_EQ(deeds(ReviewState::kDone, true, none), "block unblock hang");
  EXPECT_EQ(deeds(ReviewState::kDone, false, GalleryState::kOffered),
            "block hang unhang");
  EXPECT_EQ(deeds(ReviewState::kDone, false, GalleryState::kHung),
            "block unhang");
}

TEST_F(AdminSiteTest, ABrokenStoreIsA503) {
  const std::string cookie = SignIn();
  submissions_.broken = true;
  EXPECT_EQ(Get("/admin/review/0123456789ab", cookie).status, 503);
  EXPECT_EQ(Get("/admin/", cookie).status, 200);
}

TEST_F(AdminSiteTest, ABrokenTemplateIsRefusedAtTheStart) {
  fs::remove(folder_ / "site/admin/desk.html");
  EXPECT_THROW(AdminSite(options_, PasswordHash(HashPassword("x", {64, 1, 1})),
                         AdminStores{submissions_, moderation_, gallery_,
                                     trail_, people_, subscribers_},
                         clock_),
               base::Error);
}

}  // namespace
}  // namespace artspeak::web
