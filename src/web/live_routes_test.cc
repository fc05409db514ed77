#include "web/live_routes.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/fake_stream.h"
#include "web/test_site.h"

namespace artspeak::web {
namespace {

using service::ReviewState;

using LiveRoutesTest = TestSite;

TEST_F(LiveRoutesTest, EventsTellHowAReviewComesAbout) {
  AddReview(ReviewState::kDone, {"The chair sat."});
  const std::string path = "/review/" + std::string(kId) + "/events";
  const net::Response response = Get(path);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "text/event-stream");
  EXPECT_EQ(HeaderOf(response, "X-Accel-Buffering"), "no");
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.body, "retry: 3000\n\n");
  const auto stream = std::make_shared<testing::FakeStream>();
  response.stream(stream);
  stream->WaitForEnd();
  EXPECT_NE(stream->written().find("The chair sat."), std::string::npos);
  EXPECT_TRUE(stream->written().ends_with("event: done\nid: end\ndata: {}\n\n"))
      << stream->written();
  EXPECT_EQ(Get(path, {{"Last-Event-ID", "end"}}).status, 204);
  EXPECT_EQ(Get("/review/00000000000a/events").status, 404);
  EXPECT_EQ(Post(path, "").status, 405);
}

TEST_F(LiveRoutesTest, TooManyEventStreamsAreTurnedAway) {
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

TEST_F(LiveRoutesTest, AReviewIsAlsoThereForPrograms) {
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

}  // namespace
}  // namespace artspeak::web
