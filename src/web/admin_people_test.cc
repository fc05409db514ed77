#include "web/admin_people.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_stores.h"
#include "tests/support/response.h"
#include "tests/support/testing.h"

namespace artspeak::web {
namespace {

using testing::Has;

constexpr const char* kPeople = "/admin/people/";

class AdminPeopleTest : public ::testing::Test {
 protected:
  net::Response Get(const std::string& path, const std::string& query = "") {
    net::Request request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    const auto response = desk_.Show(request, "k3y");
    return response ? *response : net::Response{404, {}, ""};
  }
  net::Response Erase(std::vector<std::pair<std::string, std::string>> fields) {
    net::Request request;
    request.method = "POST";
    request.path = "/admin/people/erase";
    return *desk_.Do(request, PostedForm(std::move(fields)), "k3y");
  }
  void Join(const std::string& token, const std::string& address) {
    service::Subscription& subscription = subscribers_.subscriptions[token];
    subscription.address = address;
    subscription.state = service::SubscriptionState::kConfirmed;
  }
  Pages pages_{testing::SourceDir() / "site", "Wall", "admin"};
  testing::FakePeople people_;
  testing::FakeSubscribers subscribers_;
  base::FakeClock clock_;
  AdminPeople desk_{pages_, people_, subscribers_, clock_};
};

TEST_F(AdminPeopleTest, TheListIsCountedAndTakenAsCsv) {
  EXPECT_TRUE(Has(Get(kPeople), "Nobody is on it yet"));
  Join("a", "v@art.example");
  EXPECT_TRUE(Has(Get(kPeople), "One person has"));
  Join("b", "w@art.example");
  EXPECT_TRUE(Has(Get(kPeople), "2 people have"));
  const net::Response csv = Get("/admin/people/subscribers.csv");
  EXPECT_EQ(csv.status, 200);
  EXPECT_EQ(*net::FindHeader(csv.headers, "Content-Type"),
            "text/csv; charset=utf-8");
  EXPECT_TRUE(Has(csv, "address,requested")) << csv.body;
  EXPECT_TRUE(Has(csv, "w@art.example")) << csv.body;
}

TEST_F(AdminPeopleTest, NobodyIsErasedBeforeAQuestion) {
  const net::Response question =
      Erase({{"address", "v@art.example"}, {"reviews", "yes"}});
  EXPECT_EQ(question.status, 200);
  EXPECT_TRUE(Has(question, "<strong>v@art.example</strong>"));
  EXPECT_TRUE(Has(question, "name=\"reviews\" value=\"yes\""));
  EXPECT_TRUE(Has(question, "name=\"key\" value=\"k3y\""));
  EXPECT_TRUE(people_.erased.empty());
}

TEST_F(AdminPeopleTest, WhoIsMeantIsErasedAndNamedInNoLink) {
  people_.answer = {.subscription = true, .addresses = 3};
  net::Response response =
      Erase({{"address", "v@art.example"}, {"sure", "yes"}});
  EXPECT_EQ(response.status, 303);
  std::string place = *net::FindHeader(response.headers, "Location");
  EXPECT_EQ(place, "/admin/people/?erased=yes&list=1&addresses=3&reviews=0");
  ASSERT_EQ(people_.erased.size(), 1u);
  EXPECT_EQ(people_.erased[0],
            "v@art.example by " + std::string(service::kByAdminPage));
  const net::Response after = Get(kPeople, place.substr(place.find('?') + 1));
  EXPECT_TRUE(Has(after, "Off the mailing list."));
  EXPECT_TRUE(Has(after, "from 3 reviews, whose texts stay."));
  Erase({{"address", "v@art.example"}, {"reviews", "yes"}, {"sure", "yes"}});
  EXPECT_NE(people_.erased[1].find("with reviews"), std::string::npos);
}

TEST_F(AdminPeopleTest, WhatIsNoAddressIsSaidBesideIt) {
  const net::Response response =
      Erase({{"address", "<nobody>"}, {"sure", "yes"}});
  EXPECT_EQ(response.status, 422);
  EXPECT_TRUE(Has(response, "does not look like a mail address"));
  EXPECT_TRUE(Has(response, "value=\"&lt;nobody&gt;\""));
  EXPECT_TRUE(people_.erased.empty());
}

TEST_F(AdminPeopleTest, ADamagedLinkTellsOfNothing) {
  for (const char* query : {"erased=%zz", "erased=no&reviews=2", "%"}) {
    EXPECT_FALSE(Has(Get(kPeople, query), "class=\"notice\"")) << query;
  }
  EXPECT_FALSE(Has(Get(kPeople, "erased=yes&reviews=<b>"), "<b>"));
  EXPECT_TRUE(Has(Get(kPeople, "erased=yes"), "Nothing was kept"));
}

TEST_F(AdminPeopleTest, ABrokenStoreIsToldAsSuch) {
  subscribers_.broken = true;
  EXPECT_THROW(Get(kPeople), StoreUnavailable);
}

TEST_F(AdminPeopleTest, OtherPathsAreOthers) {
  net::Request request;
  request.method = "POST";
  request.path = "/admin/people/other";
  EXPECT_FALSE(desk_.Do(request, PostedForm({}), ""));
  EXPECT_EQ(Get("/admin/people/other").status, 404);
}

}  // namespace
}  // namespace artspeak::web
