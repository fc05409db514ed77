#include "web/subscription_routes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "web/test_site.h"

namespace artspeak::web {
namespace {

using service::SubscriptionState;

using SubscriptionRoutesTest = TestSite;

TEST_F(SubscriptionRoutesTest, AWishIsConfirmedByAButtonAlone) {
  service::Subscription& wish =
      AddSubscription(SubscriptionState::kUnconfirmed);
  const std::string page = "/subscription/" + std::string(kToken);
  for (int i = 0; i < 2; ++i) {  // a mail scanner, then the reader
    const net::Response response = Get(page);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
    EXPECT_EQ(HeaderOf(response, "X-Robots-Tag"), "noindex");
    EXPECT_TRUE(Has(response, "a&amp;b@art.example"));
    EXPECT_TRUE(Has(response, "news of Test &amp; Wall</p>"));
    EXPECT_TRUE(Has(response, "action=\"" + page + "/confirm\""));
    EXPECT_EQ(HeaderOf(Get(page + "/confirm"), "Allow"), "POST");
    EXPECT_EQ(wish.state, SubscriptionState::kUnconfirmed);
  }
  EXPECT_EQ(
      Post(page + "/confirm", "", {{"Origin", "https://evil.example"}}).status,
      403);
  EXPECT_EQ(wish.state, SubscriptionState::kUnconfirmed);
  const net::Response response = Post(page + "/confirm", "");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(HeaderOf(response, "Location"), page);
  EXPECT_EQ(wish.state, SubscriptionState::kConfirmed);
  EXPECT_EQ(wish.confirmed, clock_.Now());
  EXPECT_EQ(wish.confirmed_wording,
            "Write to me when there is news of Test & Wall");
  EXPECT_TRUE(Has(Get(page), "You are on the list"));
}

TEST_F(SubscriptionRoutesTest, OnePostUnsubscribesFromAnywhere) {
  const std::string page = "/subscription/" + std::string(kToken);
  const std::vector<net::Header> form = {
      {"Content-Type", "application/x-www-form-urlencoded"}};
  const std::vector<net::Header> multipart = {
      {"Content-Type", "multipart/form-data; boundary=x"},
      {"Origin", "https://webmail.example"},
      {"Sec-Fetch-Site", "cross-site"}};
  for (const auto& headers : {form, multipart, {}}) {
    service::Subscription& member =
        AddSubscription(SubscriptionState::kConfirmed);
    EXPECT_EQ(Get(page + "/unsubscribe").status, 200);
    EXPECT_EQ(member.state, SubscriptionState::kConfirmed) << "a GET";
    for (int i = 0; i < 2; ++i) {  // mail programs try again
      const net::Response response =
          Post(page + "/unsubscribe", "List-Unsubscribe=One-Click", headers);
      EXPECT_EQ(response.status, 200) << "no redirection";
      EXPECT_TRUE(Has(response, "You are off the list"));
      EXPECT_FALSE(Has(response, "a&amp;b@"));
    }
    EXPECT_EQ(member.state, SubscriptionState::kEnded);
    EXPECT_EQ(Post(page + "/confirm", "").status, 200);
    EXPECT_EQ(member.state, SubscriptionState::kEnded);
  }
}

TEST_F(SubscriptionRoutesTest, LinksThatHoldNoTokenLeadNowhere) {
  AddSubscription(SubscriptionState::kConfirmed);
  for (const std::string& token :
       {std::string("x"), std::string(), std::string(32, '0'),
        std::string(kToken).substr(1), std::string("' OR 1=1 --")}) {
    const net::Response response = Get("/subscription/" + token);
    EXPECT_EQ(response.status, 404);
    EXPECT_TRUE(Has(response, "Not on the list"));
    EXPECT_EQ(Post("/subscription/" + token + "/confirm", "").status, 404);
    EXPECT_EQ(Post("/subscription/" + token + "/unsubscribe", "").status, 404);
  }
  EXPECT_EQ(Get("/subscription/" + std::string(kToken) + "/x").status, 404);
  EXPECT_EQ(Get("/subscription").status, 404);
  EXPECT_EQ(Post("/subscription/" + std::string(kToken), "").status, 405);
  subscribers_.broken = true;
  EXPECT_EQ(Get("/subscription/" + std::string(kToken)).status, 503);
}

}  // namespace
}  // namespace artspeak::web
