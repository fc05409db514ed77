#include "web/card_routes.h"

#include <gtest/gtest.h>

#include <string>

#include "web/test_site.h"

namespace artspeak::web {
namespace {

using service::ReviewState;

using CardRoutesTest = TestSite;

TEST_F(CardRoutesTest, AFinishedReviewHasACard) {
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

TEST_F(CardRoutesTest, NoCardOfWhatIsBlockedOrUnfinished) {
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

TEST_F(CardRoutesTest, EveryPublicPageShowsTheCardOfTheSite) {
  EXPECT_TRUE(Get("/card.png").body.starts_with("\x89PNG"));
  for (const std::string path :
       {"/", "/generate/", "/gallery/", "/examples/"}) {
    const net::Response page = Get(path);
    for (const std::string& said :
         {R"(property="og:url" content="https://art.example)" + path + '"',
          std::string(
              R"(property="og:image" content="https://art.example/card.png")"),
          std::string(R"(name="twitter:card" content="summary_large_image")"),
          std::string(R"(property="og:image:alt" content="Test &amp; Wall")"),
          std::string(R"(property="og:title" content=")"),
          std::string(R"(property="og:description" content=")")}) {
      EXPECT_TRUE(Has(page, said)) << path << ": " << said;
    }
  }
}

}  // namespace
}  // namespace artspeak::web
