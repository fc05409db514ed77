#include "service/mail_domains.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

namespace artspeak::service {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong = std::chrono::minutes(5);

TEST(MailDomains, TheLookupsAnswerIsKeptForAWhile) {
  base::FakeClock clock{base::UnixTime(std::chrono::hours(1))};
  std::vector<std::string> asked;
  MailDomains domains(
      [&](const std::string& domain) {
        asked.push_back(domain);
        return domain == "none.art" ? MailDomain::kTakesNone
                                    : MailDomain::kTakesMail;
      },
      clock, kLong);
  EXPECT_EQ(domains.Of("a@Some.Art"), MailDomain::kTakesMail);
  EXPECT_EQ(domains.Of("b@some.art"), MailDomain::kTakesMail);
  EXPECT_EQ(domains.Of("a@none.art"), MailDomain::kTakesNone);
  EXPECT_EQ(asked, (std::vector<std::string>{"some.art", "none.art"}));
  clock.Advance(std::chrono::hours(1));
  domains.Of("b@some.art");
  EXPECT_EQ(asked.size(), 3u);
}

TEST(MailDomains, WhoWaitsForTheResolverWaitsNotLong) {
  base::FakeClock clock;
  std::promise<void> release;
  std::atomic<int> lookups = 0;
  MailDomains domains(
      [&, answered = release.get_future().share()](const std::string&) {
        ++lookups;
        answered.wait();
        return MailDomain::kTakesNone;
      },
      clock, milliseconds(0));
  EXPECT_EQ(domains.Of("a@slow.art"), MailDomain::kUnknown);
  EXPECT_EQ(domains.Of("a@slow.art"), MailDomain::kUnknown);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(domains.Of("a@slow" + std::to_string(i) + ".art"),
              MailDomain::kUnknown);
  }
  release.set_value();
  // The late answer is kept for the next who asks.
  while (domains.Of("a@slow.art") != MailDomain::kTakesNone) {
    std::this_thread::yield();
  }
  while (domains.Of("a@slow14.art") != MailDomain::kTakesNone) {
    std::this_thread::yield();
  }
  EXPECT_LE(lookups, 16 + 1) << "the rest was not even put in line";
}

TEST(MailDomains, ReservedNamesAreNotAskedFor) {
  base::FakeClock clock;
  MailDomains domains([](const std::string&) { return MailDomain::kTakesNone; },
                      clock, kLong);
  for (const char* address :
       {"v@example.org", "v@mail.example.com", "v@art.example", "v@some.test",
        "v@a.invalid", "v@EXAMPLE.NET"}) {
    EXPECT_EQ(domains.Of(address), MailDomain::kUnknown) << address;
  }
  EXPECT_EQ(domains.Of("v@notexample.org"), MailDomain::kTakesNone);
}

}  // namespace
}  // namespace artspeak::service
