#include "web/form_routes.h"

#include <gtest/gtest.h>

#include <string>

#include "web/test_site.h"

namespace artspeak::web {
namespace {

using FormRoutesTest = TestSite;

TEST_F(FormRoutesTest, ASubmissionLeadsToItsPage) {
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

TEST_F(FormRoutesTest, FaultsComeBackWithTheVisitorsInput) {
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

TEST_F(FormRoutesTest, AnEmptyFormNamesEveryFault) {
  const net::Response response = Post("/submission", "");
  EXPECT_EQ(response.status, 422);
  EXPECT_TRUE(Has(response, "href=\"#prompt\""));
  EXPECT_TRUE(Has(response, "href=\"#eccentricity\""));
}

TEST_F(FormRoutesTest, DamagedTextIsRefused) {
  EXPECT_EQ(Post("/submission", "prompt=%FF%FE&eccentricity=5").status, 422);
  EXPECT_EQ(Post("/submission", "prompt=%zz&eccentricity=5").status, 400);
  EXPECT_TRUE(store_.submissions.empty());
}

TEST_F(FormRoutesTest, AWholeCatalogueIsRefused) {
  const net::Response response =
      Post("/submission", "eccentricity=5&prompt=" + std::string(100'000, 'x'));
  EXPECT_EQ(response.status, 413);
  EXPECT_TRUE(Has(response, "500 characters"));
  EXPECT_TRUE(store_.submissions.empty());
}

}  // namespace
}  // namespace artspeak::web
