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
  std::string Ask(const std::string& path = "/", bool lasts = true,
                  std::optional<FileStamp> list = {}) {
    const net::Response response = cache_.Answer(path, "home", list, [&] {
      ++made_;
      return PageCache::Made{pages_.Public(200, "home", {}), lasts};
    });
    return response.body + " " + std::to_string(made_);
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

TEST_F(PageCacheTest, AnArtistsChangeShowsAtOnce) {
  EXPECT_EQ(Ask(), "one 1");
  Write("two");
  EXPECT_EQ(Ask(), "two 2");
  EXPECT_EQ(Ask("/", true, FileStamp{.size = 1}), "two 3");
  EXPECT_EQ(Ask("/", true, FileStamp{.size = 2}), "two 4");
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
  EXPECT_THROW(cache_.Answer("/", "home", {},
                             []() -> PageCache::Made {
                               throw base::Error("the database is locked");
                             }),
               base::Error);
  EXPECT_EQ(Ask(), "one 1");
}

}  // namespace
}  // namespace artspeak::web
