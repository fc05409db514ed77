#include "web/page_cache.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "service/submission_store.h"
#include "tests/support/testing.h"

namespace artspeak::web {
namespace {

namespace fs = std::filesystem;

class FakeStore : public service::SubmissionStore {
 public:
  bool Add(const service::Submission&, uint64_t) override { return false; }
  bool Import(const service::ImportedReview&) override { return false; }
  std::optional<service::StoredReview> Find(std::string_view) override {
    return std::nullopt;
  }
  service::ReportOutcome AddReport(std::string_view,
                                   const service::Report&) override {
    return service::ReportOutcome::kUnknown;
  }
  std::vector<service::JobTimes> RecentJobs(int) override { return {}; }
  std::optional<service::StoreVersion> Version() override { return version; }

  std::optional<service::StoreVersion> version = service::StoreVersion{1};
};

class PageCacheTest : public ::testing::Test {
 protected:
  PageCacheTest() {
    fs::create_directories(folder_ / "pages");
    fs::create_directories(folder_ / "partials");
    Write("one");
  }
  void Write(const std::string& text) {
    base::WriteFileAtomically(folder_ / "pages" / "home.html", text);
  }
  // The body, and how often it was made by then.
  std::string Ask(const std::string& path = "/", bool lasts = true) {
    return Ask(path, lasts, {.template_name = "home", .file = "list"});
  }
  std::string Ask(const std::string& path, bool lasts,
                  const PageCache::Basis& basis) {
    const auto known = cache_.Find(path);
    const net::Response response = known ? *known : Make(path, lasts, basis);
    return response.body + " " + std::to_string(made_);
  }
  net::Response Make(const std::string& path, bool lasts,
                     const PageCache::Basis& basis) {
    return cache_.Make(path, basis, [&] {
      ++made_;
      return PageCache::Made{pages_.Public(200, "home", {}), lasts};
    });
  }
  // Asks until the body is no longer `old`: a test that never ends has failed.
  std::string AskWhile(std::string_view old) {
    std::string body = Ask();
    while (body.starts_with(old)) body = Ask();
    return body;
  }

  testing::TempDir folder_;
  FakeStore store_;
  base::FakeClock clock_;
  service::Reception reception_{store_, clock_};
  Pages pages_{folder_.path(), "Site"};
  PageCache cache_{pages_, reception_};
  int made_ = 0;
};

TEST_F(PageCacheTest, APageIsMadeOnceUntilTheStoreChanges) {
  EXPECT_EQ(Ask(), "one 1");
  EXPECT_EQ(Ask(), "one 1");
  EXPECT_EQ(Ask("/other"), "one 2");
  store_.version = service::StoreVersion{2};
  EXPECT_EQ(Ask(), "one 3");
}

TEST_F(PageCacheTest, AnArtistsChangeShows) {
  EXPECT_EQ(Ask(), "one 1");
  Write("two");
  EXPECT_EQ(AskWhile("one 1"), "two 2");
  base::WriteFileAtomically(folder_ / "list", "1");
  EXPECT_EQ(AskWhile("two 2"), "two 3");
  base::WriteFileAtomically(folder_ / "list", "1 2");
  EXPECT_EQ(AskWhile("two 3"), "two 4");
}

TEST_F(PageCacheTest, APageWithoutTheStoresContentOutlastsItsChanges) {
  const PageCache::Basis basis = {.template_name = "home", .store = false};
  EXPECT_EQ(Ask("/", true, basis), "one 1");
  store_.version.reset();
  EXPECT_EQ(Ask("/", true, basis), "one 1");
}

TEST_F(PageCacheTest, APageWhoseLifeIsOverIsMadeAgain) {
  const PageCache::Basis basis = {.template_name = "home",
                                  .life = std::chrono::milliseconds(0)};
  EXPECT_EQ(Ask("/", true, basis), "one 1");
  EXPECT_EQ(Ask("/", true, basis), "one 2");
}

TEST_F(PageCacheTest, WhatIsKeptHasTheHeadersOfEveryPage) {
  Ask();
  const auto kept = cache_.Find("/");
  ASSERT_TRUE(kept);
  EXPECT_NE(net::FindHeader(kept->headers, "Content-Security-Policy"), nullptr);
  EXPECT_NE(net::FindHeader(kept->headers, "Cache-Control"), nullptr);
}

TEST_F(PageCacheTest, NothingIsKeptOfAStoreThatCannotTell) {
  store_.version.reset();
  EXPECT_EQ(Ask(), "one 1");
  EXPECT_EQ(Ask(), "one 2");
}

TEST_F(PageCacheTest, WhatDoesNotLastIsMadeAgain) {
  EXPECT_EQ(Ask("/", false), "one 1");
  EXPECT_EQ(Ask("/", false), "one 2");
}

TEST_F(PageCacheTest, ItHasABound) {
  Ask("/first");
  for (size_t i = 0; i < PageCache::kMaxPages; ++i) Ask(std::to_string(i));
  const int made = made_;
  Ask("/first");
  EXPECT_EQ(made_, made + 1) << "given up for the others";
}

TEST_F(PageCacheTest, AFaultIsNotKept) {
  EXPECT_THROW(cache_.Make("/", {.template_name = "home"},
                           []() -> PageCache::Made {
                             throw base::Error("the database is locked");
                           }),
               base::Error);
  EXPECT_EQ(Ask(), "one 1");
}

}  // namespace
}  // namespace artspeak::web
