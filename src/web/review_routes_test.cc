#include "web/review_routes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "web/test_site.h"

namespace artspeak::web {
namespace {

using service::ReviewState;

using ReviewRoutesTest = TestSite;

TEST_F(ReviewRoutesTest, AWaitingPageTellsPlaceAndTime) {
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

TEST_F(ReviewRoutesTest, AGeneratingPageShowsWhatIsFinished) {
  AddReview(ReviewState::kGenerating, {"First & best.", "Second."});
  const net::Response response = Get("/review/0123456789ab");
  EXPECT_TRUE(Has(response, "2 of 5 texts are dry."));
  EXPECT_TRUE(Has(response, "First &amp; best."));
  EXPECT_TRUE(Has(response, "http-equiv=\"refresh\""));
  EXPECT_FALSE(Has(response, "/report"));
}

TEST_F(ReviewRoutesTest, TextsShowTheirPlacesWhileOthersAreMissing) {
  AddReview(ReviewState::kGenerating, {"The third."}).places = {2};
  const net::Response page = Get("/review/" + std::string(kId));
  EXPECT_TRUE(Has(page, "id=\"text-3\""));
  EXPECT_FALSE(Has(page, "id=\"text-1\""));
}

TEST_F(ReviewRoutesTest, ADonePageShowsFiveTextsAndTheirOrigin) {
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

TEST_F(ReviewRoutesTest, WinterDatesShowWinterTime) {
  AddReview(ReviewState::kDone).created =
      base::UnixTime{std::chrono::seconds(1736935509)};
  EXPECT_TRUE(Has(Get("/review/0123456789ab"), "11:05 CET"));
}

TEST_F(ReviewRoutesTest, AFailedPageOffersAnotherTry) {
  AddReview(ReviewState::kFailed, {"One."});
  const net::Response response = Get("/review/0123456789ab");
  EXPECT_TRUE(Has(response, "This one was not written."));
  EXPECT_TRUE(Has(response, "name=\"eccentricity\" value=\"8\""));
  EXPECT_TRUE(Has(response, "One."));
}

TEST_F(ReviewRoutesTest, AHeldPageShowsNoWordOfIt) {
  AddReview(ReviewState::kHeld);
  const net::Response response = Get("/review/0123456789ab");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, "reads it first"));
  EXPECT_FALSE(Has(response, "late"));
  EXPECT_EQ(HeaderOf(response, "X-Robots-Tag"), "noindex");
}

TEST_F(ReviewRoutesTest, AReportBlocksAtOnce) {
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

TEST_F(ReviewRoutesTest, AReportThatBlocksNothingSaysSo) {
  AddReview(ReviewState::kDone);
  store_.reports_block = false;
  const net::Response response =
      Post("/review/0123456789ab/report", "reason=other");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response, "stays up for now"));
  EXPECT_EQ(Get("/review/0123456789ab").status, 200);
}

TEST_F(ReviewRoutesTest, AReportNeedsAReason) {
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

TEST_F(ReviewRoutesTest, AGetNeverReports) {
  AddReview(ReviewState::kDone);
  const net::Response form = Get("/review/0123456789ab/report");
  EXPECT_EQ(form.status, 200);
  EXPECT_TRUE(Has(form, "action=\"/review/0123456789ab/report\""));
  EXPECT_TRUE(store_.reports.empty());
  EXPECT_EQ(Get("/review/0123456789ab").status, 200);
}

}  // namespace
}  // namespace artspeak::web
