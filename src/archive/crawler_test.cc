#include "archive/crawler.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <latch>
#include <map>
#include <mutex>

#include "base/error.h"
#include "net/http_server.h"
#include "tests/support/quick_clock.h"
#include "tests/support/testing.h"

namespace artspeak::archive {
namespace {

using testing::QuickClock;

net::Response Html(std::string body,
                   std::string type = "text/html; charset=utf-8") {
  return {200, {{"Content-Type", std::move(type)}}, std::move(body)};
}

// A small site on loopback that counts what it was asked.
class Site {
 public:
  using Page = std::function<net::Response(const net::Request&)>;

  // Thread-safe.
  void Set(const std::string& path, Page page) {
    const std::lock_guard lock(mutex_);
    pages_[path] = std::move(page);
  }
  void Set(const std::string& path, net::Response response) {
    Set(path, [response](const net::Request&) { return response; });
  }
  int Asked(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(path);
    return found == asked_.end() ? 0 : found->second;
  }
  std::map<std::string, int> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::string authority() const {
    return "127.0.0.1:" + std::to_string(server_.port());
  }
  std::string At(const std::string& path) const {
    return "http://" + authority() + path;
  }
  // A start page that lists these paths.
  void SetList(const std::vector<std::string>& paths) {
    std::string list = "<ul>";
    for (const std::string& path : paths) {
      list += "<li><a href=\"" + path + "\">text</a></li>";
    }
    Set("/", Html(list + "</ul>"));
  }

 private:
  net::Response Answer(const net::Request& request) {
    Page page;
    {
      const std::lock_guard lock(mutex_);
      ++asked_[request.target];
      const auto found = pages_.find(request.target);
      if (found == pages_.end()) return {404, {}, "none"};
      page = found->second;
    }
    return page(request);
  }

  mutable std::mutex mutex_;  // guards pages_ and asked_
  std::map<std::string, Page> pages_;
  std::map<std::string, int> asked_;
  net::HttpServer server_{
      {}, [this](const net::Request& request) { return Answer(request); }};
};

class CrawlerTest : public ::testing::Test {
 protected:
  Recipe MakeRecipe(const std::string& top = "",
                    const std::string& page = "") const {
    return ParseRecipe("start = '" + site_.At("/") + "'\n" + top +
                           "\n[links]\npages = 'li a'\nnext = 'nav a'\n"
                           "[page]\nbody = 'p'\ntitle = 'h1'\n"
                           "date = 'time@datetime'\n" +
                           page,
                       "recipe.toml");
  }
  CrawlReport CrawlAll(const Recipe& recipe, CrawlOptions options = {},
                       std::stop_token stop = {}) {
    options.clock = &clock_;
    ArchiveDatabase database(path());
    return Crawl(recipe, database, options, {}, stop);
  }
  std::string ReasonOf(const std::string& path) {
    ArchiveDatabase database(this->path());
    for (const Failure& failure : database.Failures()) {
      if (failure.url == site_.At(path)) return failure.reason;
    }
    return "";
  }
  std::filesystem::path path() const { return directory_ / "archive.db"; }

  testing::TempDir directory_;
  Site site_;
  QuickClock clock_;
};

net::Response Review(const std::string& text) {
  return Html("<h1>On " + text + "</h1><time datetime='1974-03-02T10:00Z'>" +
              "then</time><p>" + text + "</p><p>Two.</p>");
}

TEST_F(CrawlerTest, ListsLeadToTexts) {
  site_.Set("/", Html("<nav><a href='/70s'>1970s</a><a href='/80s'>1980s</a>"
                      "<a href='/'>home</a></nav>"));
  site_.Set("/70s", Html("<ul><li><a href='/r/1'>one</a><li><a href='r/2#x'>"
                         "two</a><li><a href='mailto:me@h'>me</a></ul>"
                         "<nav><a href='/70s?page=2'>next</a></nav>"));
  site_.Set("/70s?page=2", Html("<ul><li><a href='/r/3'>three</a></ul>"));
  site_.Set("/80s", Html("<ul><li><a href='/r/1'>again</a>"
                         "<li><a href='http://example.org/out'>out</a></ul>"));
  for (const char* n : {"1", "2", "3"}) {
    site_.Set(std::string("/r/") + n, Review(n));
  }
  const CrawlReport report = CrawlAll(MakeRecipe());
  EXPECT_EQ(report.documents, 3);
  EXPECT_EQ(report.new_documents, 3);
  EXPECT_EQ(report.failed, 0);
  EXPECT_EQ(report.pending, 0);
  const auto documents = ReadArchive(path());
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[0].url, site_.At("/r/1"));
  EXPECT_EQ(documents[0].title, "On 1");
  EXPECT_EQ(documents[0].date, "1974-03-02");
  EXPECT_EQ(documents[0].text, "1\n\nTwo.");
  for (const auto& [page, times] : site_.asked()) EXPECT_EQ(times, 1) << page;
  EXPECT_TRUE(clock_.sleeps.empty());  // loopback needs no pauses
}

TEST_F(CrawlerTest, RobotsAreRespected) {
  site_.Set("/robots.txt",
            {200, {}, "User-agent: *\nDisallow: /private\nCrawl-delay: 3\n"});
  site_.SetList({"/private/1", "/2", "/3"});
  site_.Set("/private/1", Review("1"));
  site_.Set("/2", Review("2"));
  site_.Set("/3", Review("3"));
  const CrawlReport report = CrawlAll(MakeRecipe());
  EXPECT_EQ(report.documents, 2);
  EXPECT_EQ(report.skipped, 1);
  EXPECT_EQ(site_.Asked("/private/1"), 0);
  EXPECT_EQ(site_.Asked("/robots.txt"), 1);
  ASSERT_EQ(clock_.sleeps.size(), 3u);
  for (const double seconds : clock_.sleeps) EXPECT_NEAR(seconds, 3, 0.01);
}

TEST_F(CrawlerTest, PausesAreRandomWithinTheRecipesDelay) {
  site_.SetList({"/1", "/2", "/3", "/4", "/5", "/6"});
  for (int i = 1; i < 7; ++i) site_.Set("/" + std::to_string(i), Review("x"));
  CrawlAll(MakeRecipe("delay = [0.5, 1.5]"));
  ASSERT_EQ(clock_.sleeps.size(), 7u);
  double least = 9, most = 0;
  for (const double seconds : clock_.sleeps) {
    EXPECT_GE(seconds, 0.49);
    EXPECT_LE(seconds, 1.5);
    least = std::min(least, seconds);
    most = std::max(most, seconds);
  }
  EXPECT_NE(least, most);
}

TEST_F(CrawlerTest, UnreadableRobotsForbidEverything) {
  site_.Set("/robots.txt", {503, {}, ""});
  site_.SetList({"/1"});
  const CrawlReport report = CrawlAll(MakeRecipe());
  EXPECT_EQ(report.documents, 0);
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(site_.Asked("/"), 0);
  EXPECT_NE(ReasonOf("/").find("503"), std::string::npos);
  // Later the site is well again.
  site_.Set("/robots.txt", {404, {}, ""});
  site_.Set("/1", Review("1"));
  EXPECT_EQ(CrawlAll(MakeRecipe()).documents, 1);
}

TEST_F(CrawlerTest, AStoppedCrawlGoesOnAndFetchesNothingTwice) {
  std::vector<std::string> paths;
  for (int i = 0; i < 100; ++i) paths.push_back("/r/" + std::to_string(i));
  site_.SetList(paths);
  std::stop_source stop;
  for (int i = 0; i < 100; ++i) {
    site_.Set(paths[i], [&stop, i](const net::Request&) {
      return Review(std::to_string(i));
    });
  }
  {
    ArchiveDatabase database(path());
    const CrawlReport report = Crawl(
        MakeRecipe(), database, {.limit = 0, .clock = &clock_},
        [&](const base::Progress& progress) {
          if (progress.done == 37) stop.request_stop();
        },
        stop.get_token());
    EXPECT_TRUE(report.stopped);
    EXPECT_EQ(report.documents, 37);
    EXPECT_EQ(report.pending, 63);
  }
  EXPECT_EQ(CrawlAll(MakeRecipe(), {.limit = 13}).new_documents, 13);
  const CrawlReport report = CrawlAll(MakeRecipe());
  EXPECT_EQ(report.documents, 100);
  EXPECT_EQ(report.new_documents, 50);
  for (const std::string& page : paths) EXPECT_EQ(site_.Asked(page), 1) << page;
  EXPECT_EQ(site_.Asked("/"), 1);
}

TEST_F(CrawlerTest, AKilledCrawlGoesOn) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // A lock of the sanitizer that a thread of the site's holds in this moment
  // stays locked in the child for ever.
  GTEST_SKIP() << "a sanitizer does not survive a fork beside threads";
#endif
  // The child shares nothing with this process but the file.
  std::vector<std::string> paths;
  for (int i = 0; i < 30; ++i) {
    paths.push_back("/r/" + std::to_string(i));
    site_.Set(paths.back(), Review(std::to_string(i)));
  }
  site_.SetList(paths);
  const Recipe recipe = MakeRecipe("delay = 0.001");  // commits page by page
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    QuickClock clock;
    ArchiveDatabase database(path());
    Crawl(recipe, database, {.limit = 0, .clock = &clock},
          [](const base::Progress& progress) {
            if (progress.done == 10) kill(getpid(), SIGKILL);
          },
          {});
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(ReadArchive(path()).size(), 10u);
  EXPECT_EQ(CrawlAll(recipe).documents, 30);
  for (const std::string& page : paths) EXPECT_EQ(site_.Asked(page), 1) << page;
}

TEST_F(CrawlerTest, AFinishedCrawlLooksForWhatIsNew) {
  site_.SetList({"/1"});
  site_.Set("/1", Review("1"));
  const std::string list = "<ul><li><a href='/1'>1</a></ul>";
  site_.Set("/", [&](const net::Request& request) {
    const std::string* tag = request.Find("If-None-Match");
    if (tag != nullptr && *tag == "\"a\"") return net::Response{304, {}, ""};
    net::Response response = Html(list);
    response.headers.push_back({"ETag", "\"a\""});
    return response;
  });
  EXPECT_EQ(CrawlAll(MakeRecipe()).documents, 1);
  EXPECT_EQ(CrawlAll(MakeRecipe()).new_documents, 0);
  EXPECT_EQ(site_.Asked("/"), 2);
  EXPECT_EQ(site_.Asked("/1"), 1);
  site_.SetList({"/1", "/2"});
  site_.Set("/2", Review("2"));
  EXPECT_EQ(CrawlAll(MakeRecipe()).new_documents, 1);
  EXPECT_EQ(site_.Asked("/1"), 1);
}

TEST_F(CrawlerTest, OtherRulesReadTheStoredPagesAgain) {
  site_.SetList({"/1"});
  site_.Set("/1", Html("<h1>T</h1><div>in a div</div>"));
  EXPECT_EQ(CrawlAll(MakeRecipe()).failed, 1);
  EXPECT_NE(ReasonOf("/1").find("\"p\" finds no text"), std::string::npos);
  Recipe recipe = MakeRecipe();
  recipe.body = Selector::Parse("div");
  const CrawlReport report = CrawlAll(recipe);
  EXPECT_EQ(report.documents, 1);
  EXPECT_EQ(report.failed, 0);
  EXPECT_EQ(site_.Asked("/1"), 1);
}

TEST_F(CrawlerTest, BadPagesAreRecordedAndTheCrawlGoesOn) {
  site_.SetList({"/image", "/pdf", "/json", "/empty", "/none", "/huge",
                 "/broken", "/good"});
  site_.Set("/image", {200, {{"Content-Type", "image/png"}}, "\x89PNG"});
  site_.Set("/pdf", Html("%PDF-1.4 <p>text</p>"));
  site_.Set("/json", Html("{\"p\": 1}"));
  site_.Set("/empty", Html(""));
  site_.Set("/huge", Html("<p>" + std::string(9 << 20, 'x')));
  site_.Set("/broken", Html("<html><p>Still <b>read</i></div></html></p>"));
  site_.Set("/good", Review("good"));
  const CrawlReport report = CrawlAll(MakeRecipe());
  EXPECT_EQ(report.documents, 2);
  EXPECT_EQ(report.failed, 6);
  EXPECT_EQ(ReasonOf("/image"), "this is not a page of HTML but image/png");
  EXPECT_EQ(ReasonOf("/pdf"), "this is not a page of HTML but a PDF file");
  EXPECT_NE(ReasonOf("/json").find("not a page of HTML"), std::string::npos);
  EXPECT_EQ(ReasonOf("/empty"), "the page is empty");
  EXPECT_NE(ReasonOf("/none").find("404 Not Found"), std::string::npos);
  EXPECT_NE(ReasonOf("/huge").find("more than 8388608 bytes"),
            std::string::npos);
  EXPECT_EQ(ReadArchive(path())[0].text, "Still read");
}

TEST_F(CrawlerTest, ABusySiteIsAskedAgainWithPauses) {
  site_.SetList({"/1", "/2", "/3"});
  int first = 0, second = 0;
  site_.Set("/1", [&](const net::Request&) {
    return ++first < 3 ? net::Response{500, {}, ""} : Review("1");
  });
  site_.Set("/2", [&](const net::Request&) {
    return ++second < 2 ? net::Response{429, {{"Retry-After", "30"}}, ""}
                        : Review("2");
  });
  site_.Set("/3", {503, {{"Retry-After", "99999"}}, ""});
  const CrawlReport report = CrawlAll(MakeRecipe());
  EXPECT_EQ(report.documents, 2);
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(site_.Asked("/3"), 4);
  ASSERT_EQ(clock_.sleeps.size(), 6u);
  EXPECT_GE(clock_.sleeps[0], 0.5);
  EXPECT_LE(clock_.sleeps[0], 1.5);
  EXPECT_GE(clock_.sleeps[1], 1.0);
  EXPECT_LE(clock_.sleeps[1], 3.0);
  EXPECT_EQ(clock_.sleeps[2], 30);
  EXPECT_EQ(clock_.sleeps[3], 120);  // no longer, whatever it says
  // What failed for now is tried again by the next crawl.
  site_.Set("/3", Review("3"));
  EXPECT_EQ(CrawlAll(MakeRecipe()).documents, 3);
}

TEST_F(CrawlerTest, RedirectsAreLinksOfTheirOwn) {
  Site other;
  other.Set("/", Review("other"));
  site_.SetList({"/old", "/new", "/loop", "/away", "/also-old"});
  site_.Set("/old", {301, {{"Location", "/new"}}, ""});
  site_.Set("/also-old", {302, {{"Location", site_.At("/new")}}, ""});
  site_.Set("/new", Review("new"));
  site_.Set("/loop", {302, {{"Location", "/loop"}}, ""});
  site_.Set("/away", {302, {{"Location", other.At("/")}}, ""});
  const CrawlReport report = CrawlAll(MakeRecipe());
  EXPECT_EQ(report.documents, 1);
  EXPECT_EQ(report.skipped, 3);
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(site_.Asked("/new"), 1);
  EXPECT_TRUE(other.asked().empty());  // a port is part of a host's name
}

TEST_F(CrawlerTest, EndlessRedirectsEnd) {
  site_.SetList({"/1"});
  for (int i = 1; i < 20; ++i) {
    site_.Set("/" + std::to_string(i),
              {302, {{"Location", "/" + std::to_string(i + 1)}}, ""});
  }
  CrawlAll(MakeRecipe());
  EXPECT_EQ(site_.Asked("/6"), 1);
  EXPECT_EQ(site_.Asked("/7"), 0);
}

TEST_F(CrawlerTest, EncodingsAreRead) {
  site_.SetList({"/latin", "/meta", "/guess"});
  site_.Set("/latin", Html("<p>caf\xE9</p>", "text/html; charset=iso-8859-1"));
  site_.Set("/meta",
            Html("<meta charset=windows-1251><p>\xE0</p>", "text/html"));
  site_.Set("/guess", {200, {}, "<p>caf\xC3\xA9</p>"});
  CrawlAll(MakeRecipe());
  const auto documents = ReadArchive(path());
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[0].text, "caf\xC3\xA9");
  EXPECT_EQ(documents[1].text, "\xD0\xB0");
  EXPECT_EQ(documents[2].text, "caf\xC3\xA9");
}

TEST_F(CrawlerTest, ASiteThatIsGoneEndsTheCrawlAndKeepsItsLinks) {
  Recipe recipe = MakeRecipe();
  std::vector<net::Url> start;
  {
    Site gone;
    for (const char* path : {"/1", "/2", "/3", "/4", "/5"}) {
      start.push_back(*net::ParseUrl(gone.At(path)));
    }
  }
  recipe.start = start;
  recipe.allowed_hosts = {start[0].authority()};
  try {
    CrawlAll(recipe);
    ADD_FAILURE() << "nobody noticed";
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("does not accept connections"),
              std::string::npos)
        << error.what();
  }
  ArchiveDatabase database(path());
  EXPECT_EQ(database.Counts().pending, 2);
}

TEST_F(CrawlerTest, WithoutLinkRulesTheStartPagesAreTheTexts) {
  site_.Set("/", Review("alone"));
  CrawlAll(ParseRecipe("start = '" + site_.At("/") + "'", "recipe.toml"));
  const auto documents = ReadArchive(path());
  ASSERT_EQ(documents.size(), 1u);
  EXPECT_EQ(documents[0].title, "On alone");
  EXPECT_EQ(documents[0].text, "On alone\n\nthen\n\nalone\n\nTwo.");
}

TEST_F(CrawlerTest, RecipesHeadersAreSent) {
  site_.Set("/", [](const net::Request& request) {
    return Review(*request.Find("X-Mine") + " " + *request.Find("User-Agent"));
  });
  CrawlAll(ParseRecipe("start = '" + site_.At("/") +
                           "'\nuser_agent = 'me/2'\n[headers]\nX-Mine = 'hi'",
                       "recipe.toml"));
  EXPECT_EQ(ReadArchive(path())[0].title, "On hi me/2");
}

}  // namespace
}  // namespace artspeak::archive
