// From a visitor's offer to the wall, the feed and the sitemap, on a real
// store.
#include "service/gallery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "service/mailing_list.h"
#include "service/reception.h"
#include "store/sqlite_database.h"
#include "store/sqlite_gallery_store.h"
#include "store/sqlite_moderation_store.h"
#include "store/sqlite_submission_store.h"
#include "store/sqlite_subscriber_store.h"
#include "tests/gallery/atom_rules.h"
#include "tests/support/response.h"
#include "tests/support/testing.h"
#include "web/site.h"
#include "web/template_folder.h"

namespace artspeak {
namespace {

using testing::HeaderOf;

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kId = "0123456789ab";
constexpr const char* kPage = "/review/0123456789ab";

class GalleryTest : public ::testing::Test {
 protected:
  GalleryTest() {
    fs::copy(testing::SourceDir() / "site", folder_ / "site",
             fs::copy_options::recursive);
    site_ = std::make_unique<web::Site>(
        web::SiteOptions{.directory = folder_ / "site",
                         .base_url = "https://art.example",
                         .time_zone = "Europe/Vienna",
                         .name = "Test & Wall"},
        web::SiteServices{
            .reception = reception_, .list = list_, .gallery = gallery_});
  }

  net::Response Get(const std::string& path,
                    std::vector<net::Header> headers = {}) {
    net::Request request;
    request.method = "GET";
    request.target = request.path = path;
    request.headers = std::move(headers);
    return site_->Handle(request);
  }

  net::Response Post(const std::string& path,
                     const std::string& origin = "https://art.example",
                     const std::string& body = "") {
    net::Request request;
    request.method = "POST";
    request.target = request.path = path;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Origin", origin}};
    request.body = body;
    return site_->Handle(request);
  }

  void AddDone(const std::string& id,
               const std::string& prompt = "The artist's <b>late</b> & blue",
               std::vector<std::string> texts = {"It hangs.\n\nIt stays."}) {
    ASSERT_TRUE(
        submissions_.Import({id, prompt, 8, clock_.Now(), std::move(texts)}));
  }
  void Hang(const std::string& id) {
    clock_.Advance(std::chrono::hours(1));
    ASSERT_TRUE(walls_.Hang(id, Now()));
  }
  service::Deed Now() { return {service::kByCommand, clock_.Now()}; }
  // Reviews with the ids …10, …11, hung in that order.
  void HangMany(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string id = "0000000000" + std::to_string(10 + i);
      AddDone(id, "Chair " + std::to_string(10 + i));
      Hang(id);
    }
  }

  testing::TempDir folder_;
  store::SqliteDatabase database_{folder_ / "artspeak.db"};
  store::SqliteSubmissionStore submissions_{database_};
  store::SqliteModerationStore moderation_{database_};
  store::SqliteGalleryStore walls_{database_};
  base::FakeClock clock_{base::UnixTime{std::chrono::seconds(1752573900)}};
  service::Reception reception_{submissions_, clock_};
  store::SqliteSubscriberStore subscribers_{database_};
  service::MailingList list_{subscribers_, clock_};
  service::Gallery gallery_{walls_, clock_};
  std::unique_ptr<web::Site> site_;
};

TEST_F(GalleryTest, AVisitorOffersAndTheOwnerHangs) {
  AddDone(kId);
  EXPECT_THAT(Get(kPage).body,
              HasSubstr("action=\"/review/0123456789ab/offer\""));
  const net::Response offered = Post("/review/0123456789ab/offer");
  EXPECT_EQ(offered.status, 303);
  EXPECT_EQ(HeaderOf(offered, "Location"), "/review/0123456789ab#gallery");
  const net::Response waiting = Get(kPage);
  EXPECT_THAT(waiting.body, HasSubstr("id=\"gallery\""));
  EXPECT_THAT(waiting.body, HasSubstr("Offered for the"));
  EXPECT_THAT(waiting.body, Not(HasSubstr("/offer\"")));
  EXPECT_THAT(Get("/gallery/").body, Not(HasSubstr(kId)));

  Hang(kId);
  EXPECT_THAT(Get(kPage).body, HasSubstr("This hangs in the"));
  const net::Response wall = Get("/gallery/");
  EXPECT_EQ(wall.status, 200);
  for (const char* text :
       {"The artist&apos;s &lt;b&gt;late&lt;/b&gt; &amp; blue",
        "href=\"/review/0123456789ab\"", "It hangs. It stays.",
        "Eccentricity 8 of 10", "15 July 2025",
        "datetime=\"2025-07-15T13:05:00+02:00\"", "aria-current=\"page\"",
        "rel=\"canonical\" href=\"https://art.example/gallery/\"",
        "href=\"/gallery/feed.xml\""}) {
    EXPECT_THAT(wall.body, HasSubstr(text));
  }
}

TEST_F(GalleryTest, ADeclinedOfferIsNotAskedForAgain) {
  AddDone(kId);
  Post("/review/0123456789ab/offer");
  ASSERT_TRUE(walls_.Unhang(kId, Now()));
  for (const char* text : {"/offer\"", "Offered for", "This hangs"}) {
    EXPECT_THAT(Get(kPage).body, Not(HasSubstr(text)));
  }
}

TEST_F(GalleryTest, OnlyOurOwnFormOffersAndNeverAGet) {
  AddDone(kId);
  EXPECT_EQ(Post("/review/0123456789ab/offer", "https://evil.example").status,
            403);
  EXPECT_EQ(Get("/review/0123456789ab/offer").status, 405);
  EXPECT_EQ(HeaderOf(Get("/review/0123456789ab/offer"), "Allow"), "POST");
  EXPECT_EQ(walls_.StateOf(kId), service::GalleryState::kNotOffered);
}

TEST_F(GalleryTest, WhatIsNotFinishedCannotBeOffered) {
  submissions_.Add({kId, "A chair", "", 7, false, clock_.Now()}, 1);
  EXPECT_THAT(Get(kPage).body, Not(HasSubstr("/offer\"")));
  const net::Response response = Post("/review/0123456789ab/offer");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(HeaderOf(response, "Location"), kPage);
  EXPECT_EQ(walls_.StateOf(kId), service::GalleryState::kNotOffered);
  EXPECT_EQ(Post("/review/0123456789ac/offer").status, 303);
  EXPECT_EQ(Get("/review/0123456789ac").status, 404);
}

TEST_F(GalleryTest, OnlyWhatHangsMayBeListedBySearchEngines) {
  AddDone(kId);
  Post("/review/0123456789ab/offer");
  EXPECT_EQ(HeaderOf(Get(kPage), "X-Robots-Tag"), "noindex");
  EXPECT_THAT(Get(kPage).body,
              HasSubstr("name=\"robots\" content=\"noindex\""));
  Hang(kId);
  EXPECT_EQ(HeaderOf(Get(kPage), "X-Robots-Tag"), "");
  EXPECT_EQ(HeaderOf(Get(kPage), "Cache-Control"), "no-cache");
  EXPECT_THAT(Get(kPage).body, Not(HasSubstr("noindex")));
  EXPECT_THAT(Get(kPage).body,
              HasSubstr("rel=\"canonical\" "
                        "href=\"https://art.example/review/0123456789ab\""));
  walls_.Unhang(kId, Now());
  EXPECT_EQ(HeaderOf(Get(kPage), "X-Robots-Tag"), "noindex");
}

TEST_F(GalleryTest, AReportTakesItOffEveryListAtOnce) {
  AddDone(kId);
  Hang(kId);
  for (const char* path : {"/gallery/", "/gallery/feed.xml", "/sitemap.xml"}) {
    EXPECT_THAT(Get(path).body, HasSubstr(kId)) << path;
  }
  Post("/review/0123456789ab/report", "https://art.example", "reason=insult");
  for (const char* path : {"/gallery/", "/gallery/feed.xml", "/sitemap.xml"}) {
    EXPECT_THAT(Get(path).body, Not(HasSubstr(kId))) << path;
    EXPECT_EQ(HeaderOf(Get(path), "Cache-Control"), "no-cache") << path;
  }
  EXPECT_EQ(Get(kPage).status, 410);
  EXPECT_EQ(HeaderOf(Get(kPage), "X-Robots-Tag"), "noindex");
  moderation_.Unblock(kId, Now());
  EXPECT_THAT(Get("/gallery/").body, HasSubstr(kId));
}

TEST_F(GalleryTest, WhatDoesNotFitHangsInTheNextRoom) {
  HangMany(service::kReviewsPerRoom + 1);
  const net::Response first = Get("/gallery/");
  EXPECT_THAT(first.body, HasSubstr("Room 1 of 2"));
  EXPECT_THAT(first.body, HasSubstr("rel=\"next\" href=\"/gallery/2/\""));
  EXPECT_THAT(first.body, Not(HasSubstr("rel=\"prev\"")));
  EXPECT_THAT(first.body, HasSubstr("Chair 21"));
  EXPECT_THAT(first.body, Not(HasSubstr("Chair 10")));
  const net::Response second = Get("/gallery/2/");
  EXPECT_EQ(second.status, 200);
  EXPECT_THAT(second.body, HasSubstr("rel=\"prev\" href=\"/gallery/\""));
  EXPECT_THAT(second.body, HasSubstr("Chair 10"));
  EXPECT_THAT(second.body,
              HasSubstr("rel=\"canonical\" "
                        "href=\"https://art.example/gallery/2/\""));
}

TEST_F(GalleryTest, ARoomHasOneAddress) {
  HangMany(service::kReviewsPerRoom + 1);
  EXPECT_EQ(HeaderOf(Get("/gallery"), "Location"), "/gallery/");
  EXPECT_EQ(HeaderOf(Get("/gallery/2"), "Location"), "/gallery/2/");
  EXPECT_EQ(HeaderOf(Get("/gallery/1/"), "Location"), "/gallery/");
  for (const char* path :
       {"/gallery/3/", "/gallery/0/", "/gallery/-1/", "/gallery/02/",
        "/gallery/2/3/", "/gallery/2//", "/gallery//", "/gallery/x/",
        "/gallery/99999999999999999999/", "/gallery/feed", "/galleryx"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
  for (const char* path : {"/gallery/", "/gallery/feed.xml", "/sitemap.xml"}) {
    EXPECT_EQ(Post(path).status, 405) << path;
  }
}

TEST_F(GalleryTest, BareWallsSayHowToHangSomething) {
  const net::Response wall = Get("/gallery/");
  EXPECT_EQ(wall.status, 200);
  EXPECT_THAT(wall.body, HasSubstr("The walls are still white."));
  EXPECT_THAT(AtomFaults(Get("/gallery/feed.xml").body), IsEmpty());
}

TEST_F(GalleryTest, AReviewThatSaysNothingHangsToo) {
  AddDone(kId, " ", {"", " \n"});
  Hang(kId);
  EXPECT_THAT(Get("/gallery/").body, HasSubstr(">Untitled</a>"));
  EXPECT_THAT(AtomFaults(Get("/gallery/feed.xml").body), IsEmpty());
}

TEST_F(GalleryTest, TheFeedIsAtomWhateverVisitorsAndModelsWrote) {
  using std::string_literals::operator""s;
  AddDone("000000000001", "Plain words");
  AddDone("000000000002", "]]> <script>alert('1')</script> &amp; \"&#0;\"",
          {"<p>", "two"});
  AddDone("000000000003", "Öl, 𝄞 and \xff\xfe bytes",
          {"", "A\0null\x1b[1m, \xef\xbf\xbf, and\r\n\r\nmore \u202e\xc3"s});
  for (const char* id : {"000000000001", "000000000002", "000000000003"}) {
    Hang(id);
  }
  const net::Response feed = Get("/gallery/feed.xml");
  EXPECT_EQ(HeaderOf(feed, "Content-Type"),
            "application/atom+xml; charset=utf-8");
  EXPECT_EQ(HeaderOf(feed, "X-Robots-Tag"), "noindex");
  EXPECT_THAT(AtomFaults(feed.body), IsEmpty()) << feed.body;
  EXPECT_THAT(TextsAt(feed.body, {"feed", "title"}),
              ElementsAre("Gallery · Test & Wall"));
  EXPECT_THAT(TextsAt(feed.body, {"feed", "updated"}),
              ElementsAre("2025-07-15T15:05:00+02:00"));
  EXPECT_THAT(TextsAt(feed.body, {"feed", "link", "@href"}),
              ElementsAre("https://art.example/gallery/feed.xml",
                          "https://art.example/gallery/"));
  EXPECT_THAT(TextsAt(feed.body, {"feed", "entry", "title"}),
              ElementsAre("Öl, 𝄞 and \uFFFD\uFFFD bytes",
                          "]]> <script>alert('1')</script> &amp; \"&#0;\"",
                          "Plain words"));
  EXPECT_THAT(TextsAt(feed.body, {"feed", "entry", "id"}),
              ElementsAre("https://art.example/review/000000000003",
                          "https://art.example/review/000000000002",
                          "https://art.example/review/000000000001"));
  EXPECT_THAT(
      TextsAt(feed.body, {"feed", "entry", "published"}),
      ElementsAre("2025-07-15T12:05:00+02:00", "2025-07-15T12:05:00+02:00",
                  "2025-07-15T12:05:00+02:00"));
  EXPECT_EQ(TextsAt(feed.body, {"feed", "entry", "content", "div", "p"})[1],
            "A null [1m, \uFFFD, and");
}

TEST_F(GalleryTest, TheFeedHoldsTheNewestTwenty) {
  HangMany(22);
  const std::vector<std::string> titles =
      TextsAt(Get("/gallery/feed.xml").body, {"feed", "entry", "title"});
  ASSERT_EQ(titles.size(), 20u);
  EXPECT_EQ(titles.front(), "Chair 31");
  EXPECT_EQ(titles.back(), "Chair 12");
}

TEST_F(GalleryTest, AReaderAsksForTheFeedByItsTag) {
  AddDone(kId);
  Hang(kId);
  for (const char* path : {"/gallery/feed.xml", "/sitemap.xml"}) {
    const std::string tag = HeaderOf(Get(path), "ETag");
    ASSERT_FALSE(tag.empty()) << path;
    const net::Response same = Get(path, {{"If-None-Match", tag}});
    EXPECT_EQ(same.status, 304) << path;
    EXPECT_EQ(same.body, "") << path;
    EXPECT_EQ(HeaderOf(same, "ETag"), tag) << path;
    walls_.Unhang(kId, Now());
    EXPECT_EQ(Get(path, {{"If-None-Match", tag}}).status, 200) << path;
    Hang(kId);
  }
}

TEST_F(GalleryTest, TheSitemapNamesOpenPagesAndWhatHangs) {
  AddDone(kId);
  AddDone("000000000001");
  Post("/review/000000000001/offer");
  Hang(kId);
  const net::Response sitemap = Get("/sitemap.xml");
  EXPECT_EQ(HeaderOf(sitemap, "Content-Type"),
            "application/xml; charset=utf-8");
  EXPECT_THAT(
      sitemap.body,
      HasSubstr("<urlset "
                "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"));
  const std::vector<std::string> pages =
      TextsAt(sitemap.body, {"urlset", "url", "loc"});
  EXPECT_THAT(pages, ElementsAre("https://art.example/",
                                 "https://art.example/generate/",
                                 "https://art.example/gallery/",
                                 "https://art.example/examples/",
                                 "https://art.example/review/0123456789ab"));
  EXPECT_THAT(TextsAt(sitemap.body, {"urlset", "url", "lastmod"}),
              ElementsAre("2025-07-15T13:05:00+02:00"));
  for (const std::string& page : pages) {
    const net::Response response =
        Get(page.substr(std::string("https://art.example").size()));
    EXPECT_EQ(response.status, 200) << page;
    EXPECT_EQ(HeaderOf(response, "X-Robots-Tag"), "") << page;
    EXPECT_THAT(response.body, Not(HasSubstr("noindex"))) << page;
  }
}

TEST_F(GalleryTest, RobotsAreToldWhereTheSitemapIs) {
  EXPECT_THAT(Get("/robots.txt").body,
              HasSubstr("\nSitemap: https://art.example/sitemap.xml\n"));
  base::WriteFileAtomically(folder_ / "site/robots.txt",
                            "User-agent: *\nDisallow: /\n");
  std::this_thread::sleep_for(web::TemplateFolder::kTrust);
  EXPECT_EQ(Get("/robots.txt").body, "User-agent: *\nDisallow: /\n");
}

TEST_F(GalleryTest, ABrokenFeedIsFoundAtTheStart) {
  base::WriteFileAtomically(folder_ / "site/feeds/gallery.xml", "{{#open}}");
  EXPECT_THROW(web::Site({.directory = folder_ / "site"},
                         web::SiteServices{.reception = reception_,
                                           .list = list_,
                                           .gallery = gallery_}),
               base::Error);
}

// The judge itself: what it must find.
TEST(AtomRules, FaultsAreFound) {
  const std::string good = R"(<feed xmlns="http://www.w3.org/2005/Atom">
<id>https://a.example/</id><title>A</title><updated>2025-07-15T13:05:00Z</updated>
<link rel="self" href="https://a.example/feed"/><author><name>A</name></author>
<entry><id>https://a.example/1</id><title>B</title>
<updated>2025-07-15T13:05:00Z</updated><link rel="alternate" href="https://a.example/1"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>C</p></div></content>
</entry></feed>)";
  EXPECT_THAT(AtomFaults(good), IsEmpty());
  const auto with = [&](const std::string& old, const std::string& text) {
    std::string bad = good;
    bad.replace(bad.find(old), old.size(), text);
    return AtomFaults(bad);
  };
  for (const auto& [old, text] :
       std::vector<std::pair<std::string, std::string>>{
           {"</feed>", ""},
           {"2005/Atom", "2006/Atom"},
           {"<title>A</title>", ""},
           {"<title>B</title>", "<title> </title>"},
           {"<title>B</title>", "<title>B</title><title>B</title>"},
           {"<updated>2025-07-15T13:05:00Z</updated>", ""},
           {"2025-07-15T13:05:00Z", "2025-07-15 13:05:00Z"},
           {"2025-07-15T13:05:00Z", "2025-07-15T13:05:00"},
           {"<id>https://a.example/1</id>", "<id>https://a.example/</id>"},
           {"<id>https://a.example/1</id>", "<id>/1</id>"},
           {"rel=\"self\"", "rel=\"related\""},
           {"href=\"https://a.example/1\"", ""},
           {"<author><name>A</name></author>", ""},
           {"<name>A</name>", ""},
           {"type=\"xhtml\"", "type=\"text\""},
           {"1999/xhtml", "1998/xhtml"},
           {"<p>C</p></div>", "<p>C</p></div>\n<p/>"},
           {"<entry>", "<entry><mood/>"}}) {
    EXPECT_THAT(with(old, text), Not(IsEmpty())) << old << " as " << text;
  }
}

}  // namespace
}  // namespace artspeak
