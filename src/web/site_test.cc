#include "web/site.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "tests/support/testing.h"
#include "web/template_folder.h"
#include "web/test_site.h"

namespace artspeak::web {
namespace {

namespace fs = std::filesystem;
using service::ReviewState;

using SiteTest = TestSite;

TEST_F(SiteTest, PagesAreThere) {
  for (const char* path : {"/", "/generate/", "/gallery/", "/examples/"}) {
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
  std::this_thread::sleep_for(TemplateFolder::kTrust);
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
  EXPECT_THROW(Site(options, {reception_, list_, gallery_}), base::Error);
  options.base_url = "https://art.example/below";
  EXPECT_THROW(Site(options, {reception_, list_, gallery_}), base::Error);
  options.base_url = "https://art.example";
  options.time_zone = "Europe/Atlantis";
  EXPECT_THROW(Site(options, {reception_, list_, gallery_}), base::Error);
  options.time_zone = "UTC";
  EXPECT_NO_THROW(Site(options, {reception_, list_, gallery_}));
  Overwrite("subscription.txt", " \n");
  EXPECT_THROW(Site(options, {reception_, list_, gallery_}), base::Error);
  options.directory = folder_ / "nothing";
  EXPECT_THROW(Site(options, {reception_, list_, gallery_}), base::Error);
}

// As docs/your-own-site.md says: a copy, and a theme's files over it.
TEST_F(SiteTest, EveryThemeRendersEveryPage) {
  AddReview(ReviewState::kDone, {"One.", "Two."});
  size_t themes = 0;
  for (const auto& theme :
       fs::directory_iterator(testing::SourceDir() / "examples/themes")) {
    const fs::path directory = folder_ / theme.path().filename();
    constexpr auto kOver =
        fs::copy_options::recursive | fs::copy_options::overwrite_existing;
    fs::copy(testing::SourceDir() / "site", directory, kOver);
    fs::copy(theme.path(), directory, kOver);
    Overwrite("../" + directory.filename().string() + "/examples.txt", kId);
    SiteOptions options;
    options.directory = directory;
    site_ =
        std::make_unique<Site>(options, SiteServices{.reception = reception_,
                                                     .list = list_,
                                                     .gallery = gallery_});
    for (const char* path : {"/", "/generate/", "/examples/"}) {
      const net::Response page = Get(path);
      EXPECT_EQ(page.status, 200) << theme << path;
      EXPECT_TRUE(Has(
          page, std::string("og:url\" content=\"http://127.0.0.1:8080") + path))
          << theme << path;
    }
    EXPECT_TRUE(Has(Get("/"), "One.")) << theme;
    EXPECT_TRUE(Has(Get(std::string("/review/") + kId), "Two.")) << theme;
    ++themes;
  }
  EXPECT_GE(themes, 1u);
}

}  // namespace
}  // namespace artspeak::web
