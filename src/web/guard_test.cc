// What a guarded site answers to a form; admission_test.cc has the rules.
#include "web/guard.h"

#include <gtest/gtest.h>

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "service/submission_store.h"
#include "tests/support/fake_admission_store.h"
#include "tests/support/fake_stores.h"
#include "tests/support/response.h"
#include "tests/support/testing.h"
#include "web/site.h"

namespace artspeak::web {
namespace {

using testing::Has;
using testing::HeaderOf;

class GuardTest : public ::testing::Test {
 protected:
  net::Response Get(const std::string& path) {
    net::Request request;
    request.method = "GET";
    request.target = request.path = path;
    request.remote_address = "192.0.2.1";
    return site_.Handle(request);
  }

  net::Response Post(const std::string& body,
                     const std::string& path = "/submission") {
    net::Request request;
    request.method = "POST";
    request.target = request.path = path;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Origin", "https://art.example"}};
    request.body = body;
    request.remote_address = "192.0.2.1";
    return site_.Handle(request);
  }

  void Fill(int count) {
    for (int i = 0; i < count; ++i) {
      admissions_.entries.push_back({clock_.Now(), {"", "p", ""}});
    }
  }

  // The value of a hidden field.
  static std::string FieldOf(const net::Response& response,
                             const std::string& name) {
    std::smatch match;
    std::regex_search(response.body, match,
                      std::regex("name=\"" + name + "\" value=\"([^\"]*)\""));
    return match[1];
  }
  // With the visitor's words and choices, and no word of success.
  static void ExpectKept(const net::Response& response) {
    EXPECT_TRUE(Has(response, "A &lt;chair&gt;</textarea>"));
    EXPECT_TRUE(Has(response, "value=\"3\" checked"));
    EXPECT_TRUE(Has(response, "value=\"v@example.org\""));
    EXPECT_TRUE(Has(response, "<title>Not yet: "));
    EXPECT_TRUE(Has(response, "role=\"alert\""));
    EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
  }

  static constexpr const char* kForm =
      "prompt=A+%3Cchair%3E&eccentricity=3&email=v%40example.org";

  testing::FakeStore store_;
  testing::FakeSubscribers subscribers_;
  testing::FakeGallery walls_;
  testing::FakeAdmissionStore admissions_;
  base::FakeClock clock_{base::UnixTime{std::chrono::seconds(1752573900)}};
  service::Reception reception_{store_, clock_};
  service::MailingList list_{subscribers_, clock_};
  service::Gallery gallery_{walls_, clock_};
  ClientReader clients_{std::nullopt, std::string(32, 'k')};
  service::Admission admission_{
      admissions_,
      clock_,
      std::string(32, 'k'),
      {.per_client = 8, .per_prompt = 4, .total = 40, .queue = 20, .mails = 2}};
  Site site_{{.directory = testing::SourceDir() / "site",
              .base_url = "https://art.example"},
             {.reception = reception_,
              .list = list_,
              .gallery = gallery_,
              .guard = {.clients = &clients_, .admission = &admission_}}};
};

TEST_F(GuardTest, AQuietSiteLetsAVisitorPass) {
  const net::Response form = Get("/generate/");
  EXPECT_FALSE(FieldOf(form, "ticket").empty());
  EXPECT_FALSE(Has(form, "data-proof-bits"));
  EXPECT_EQ(Post(kForm).status, 303);
  ASSERT_EQ(store_.submissions.size(), 1u);
  EXPECT_EQ(store_.submissions[0].client,
            service::ClientHash(std::string(32, 'k')).Of("192.0.2.1"));
}

TEST_F(GuardTest, TheFieldThatPeopleDoNotSeeMustStayEmpty) {
  const net::Response response =
      Post(kForm + std::string("&website=http%3A%2F%2Fspam.example"));
  EXPECT_EQ(response.status, 422);
  EXPECT_TRUE(Has(response, "Once more, please."));
  EXPECT_FALSE(Has(response, "spam"));
  ExpectKept(response);
  EXPECT_TRUE(store_.submissions.empty());
}

TEST_F(GuardTest, WhoIsTooFastPressesAgain) {
  Fill(10);
  const net::Response form = Get("/generate/");
  const std::string ticket = FieldOf(form, "ticket");
  const net::Response response = Post(kForm + ("&ticket=" + ticket));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "3");
  ExpectKept(response);
  EXPECT_EQ(FieldOf(response, "ticket"), ticket);
  clock_.Advance(std::chrono::seconds(3));
  EXPECT_EQ(Post(kForm + ("&ticket=" + ticket)).status, 303);
}

TEST_F(GuardTest, AFaultKeepsTheTicketAndItsTime) {
  const std::string ticket = FieldOf(Get("/generate/"), "ticket");
  clock_.Advance(std::chrono::seconds(10));
  const net::Response faulty = Post("prompt=&ticket=" + ticket);
  EXPECT_EQ(faulty.status, 422);
  EXPECT_EQ(FieldOf(faulty, "ticket"), ticket);
}

TEST_F(GuardTest, ABusySiteAsksForAProof) {
  Fill(20);
  const net::Response form = Get("/generate/");
  EXPECT_TRUE(Has(form, "data-proof-bits=\"16\""));
  EXPECT_FALSE(Has(form, "data-sends-itself"));

  const net::Response response = Post(kForm);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "60");
  ExpectKept(response);
  EXPECT_TRUE(Has(response, "data-proof-bits=\"16\""));
  EXPECT_TRUE(Has(response, "data-sends-itself"));
  EXPECT_TRUE(Has(response, "press the button again in 1 minute."));

  const std::string ticket = FieldOf(response, "ticket");
  const net::Response wrong = Post(kForm + ("&proof=1&ticket=" + ticket));
  EXPECT_EQ(wrong.status, 429);
  EXPECT_FALSE(Has(wrong, "data-sends-itself")) << "or it would go on for ever";

  int n = 0;
  while (!service::IsProof(ticket, std::to_string(n), 16)) ++n;
  EXPECT_EQ(Post(kForm + ("&proof=" + std::to_string(n) + "&ticket=" + ticket))
                .status,
            303);
}

TEST_F(GuardTest, AFullHouseKeepsWhatTheVisitorWrote) {
  Fill(40);
  const net::Response house = Post(kForm);
  EXPECT_EQ(house.status, 503);
  EXPECT_EQ(HeaderOf(house, "Retry-After"), "3600");
  EXPECT_TRUE(Has(house, "in 60 minutes"));
  ExpectKept(house);
  admissions_.waiting = 20;
  const net::Response line = Post(kForm);
  EXPECT_EQ(line.status, 503);
  EXPECT_EQ(HeaderOf(line, "Retry-After"), "60");
  EXPECT_TRUE(Has(line, "The line is too long."));
  ExpectKept(line);
  EXPECT_TRUE(store_.submissions.empty());
}

TEST_F(GuardTest, AReportSaysWhoseItIs) {
  store_.reviews["0123456789ab"].review.state = service::ReviewState::kDone;
  EXPECT_EQ(Post("reason=insult", "/review/0123456789ab/report").status, 303);
  ASSERT_EQ(store_.reports.size(), 1u);
  EXPECT_EQ(store_.reports[0].client,
            service::ClientHash(std::string(32, 'k')).Of("192.0.2.1"));
}

TEST_F(GuardTest, AnAddressWhereNoMailGoesIsAFault) {
  service::MailDomains domains(
      [](const std::string& domain) {
        return domain == "typo.art" ? service::MailDomain::kTakesNone
                                    : service::MailDomain::kUnknown;
      },
      clock_, std::chrono::minutes(5));
  Site site({.directory = testing::SourceDir() / "site",
             .base_url = "https://art.example"},
            {.reception = reception_,
             .list = list_,
             .gallery = gallery_,
             .guard = {.mail_domains = &domains}});
  net::Request request;
  request.method = "POST";
  request.target = request.path = "/submission";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "prompt=A+chair&eccentricity=3&email=v%40typo.art";
  const net::Response response = site.Handle(request);
  EXPECT_EQ(response.status, 422);
  EXPECT_TRUE(Has(response, "id=\"email-fault\">No mail can be sent there"));
  request.body = "prompt=A+chair&eccentricity=3&email=v%40other.art";
  EXPECT_EQ(site.Handle(request).status, 303);
}

TEST_F(GuardTest, AnAddressThatGotItsMailsIsSentNoMore) {
  const auto submit = [&](const std::string& address) {
    admissions_.entries.clear();  // which have limits of their own
    const net::Response response =
        Post("prompt=A+chair" + std::to_string(store_.submissions.size()) +
             "&eccentricity=3&email=" + address);
    EXPECT_EQ(response.status, 303);
    return HeaderOf(response, "Location").ends_with("#no-mail");
  };
  EXPECT_FALSE(submit("v%40example.org"));
  EXPECT_FALSE(submit("v%2Bme%40example.org"));
  EXPECT_FALSE(store_.submissions.back().no_mail);
  EXPECT_TRUE(submit("V%40example.org"));
  EXPECT_TRUE(store_.submissions.back().no_mail);
  EXPECT_TRUE(Has(Get("/review/" + store_.submissions.back().id),
                  "id=\"no-mail\" class=\"no-mail\" hidden"));
  EXPECT_FALSE(submit("other%40example.org"));
  EXPECT_FALSE(submit("")) << "nobody is not limited";
  EXPECT_EQ(admissions_.mails.size(), 2u);
}

TEST_F(GuardTest, ABrokenStoreKeepsWhatTheVisitorWrote) {
  admissions_.broken = true;
  EXPECT_EQ(Get("/generate/").status, 200);
  const net::Response response = Post(kForm);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "30");
  EXPECT_FALSE(Has(response, "locked"));
  ExpectKept(response);
}

}  // namespace
}  // namespace artspeak::web
