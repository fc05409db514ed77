#include "service/form_ticket.h"

#include <gtest/gtest.h>

#include <string>

namespace artspeak::service {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const TicketOffice kOffice(std::string(32, 'k'));
constexpr base::UnixTime kNow{hours(24 * 365 * 50) + milliseconds(789)};

std::string Solve(const std::string& ticket, int bits) {
  for (int n = 0;; ++n) {
    if (IsProof(ticket, std::to_string(n), bits)) return std::to_string(n);
  }
}

TEST(TicketOffice, KnowsItsOwnTicketsAndTheirAge) {
  const std::string text = kOffice.Issue(kNow, 0, "alice");
  const auto ticket = kOffice.Read(text, "alice", kNow + hours(1));
  ASSERT_TRUE(ticket);
  EXPECT_EQ(ticket->issued, kNow - milliseconds(789));
  EXPECT_EQ(ticket->proof_bits, 0);
  EXPECT_FALSE(kOffice.Read(text, "alice", kNow + kTicketLife));
  EXPECT_TRUE(kOffice.Read(text, "alice", kNow - seconds(50)));
  EXPECT_FALSE(kOffice.Read(text, "alice", kNow - seconds(70)))
      << "from the future";
}

TEST(TicketOffice, APlainTicketIsTheSameForAllVisitorsOfASecond) {
  EXPECT_EQ(kOffice.Issue(kNow, 0, "alice"),
            kOffice.Issue(kNow + milliseconds(200), 0, "bob"));
  EXPECT_NE(kOffice.Issue(kNow, 0, "alice"),
            kOffice.Issue(kNow + seconds(1), 0, "alice"));
  EXPECT_TRUE(kOffice.Read(kOffice.Issue(kNow, 0, "alice"), "bob", kNow));
}

TEST(TicketOffice, ATicketWithAProofIsOneClientsOwn) {
  const std::string text = kOffice.Issue(kNow, 16, "alice");
  EXPECT_NE(text, kOffice.Issue(kNow, 16, "alice"));
  const auto ticket = kOffice.Read(text, "alice", kNow);
  ASSERT_TRUE(ticket);
  EXPECT_EQ(ticket->proof_bits, 16);
  EXPECT_FALSE(ticket->number.empty());
  EXPECT_FALSE(kOffice.Read(text, "bob", kNow));
  EXPECT_FALSE(kOffice.Read(text, "", kNow));
}

TEST(TicketOffice, AChangedTicketIsWorthNothing) {
  for (const int bits : {0, 16}) {
    const std::string text = kOffice.Issue(kNow, bits, "alice");
    for (size_t i = 0; i < text.size(); ++i) {
      std::string changed = text;
      changed[i] = changed[i] == '1' ? '2' : '1';
      if (changed != text) {
        EXPECT_FALSE(kOffice.Read(changed, "alice", kNow)) << changed;
      }
      EXPECT_FALSE(kOffice.Read(text.substr(0, i), "alice", kNow)) << i;
    }
    EXPECT_FALSE(kOffice.Read(text + "0", "alice", kNow));
    EXPECT_FALSE(TicketOffice(std::string(32, 'l')).Read(text, "alice", kNow));
  }
  EXPECT_FALSE(kOffice.Read("...", "", kNow));
  EXPECT_FALSE(kOffice.Read(std::string(100'000, '.'), "", kNow));
}

TEST(Proof, HoldsForItsTicketAndItsBits) {
  const std::string ticket = kOffice.Issue(kNow, 8, "alice");
  const std::string proof = Solve(ticket, 8);
  EXPECT_TRUE(IsProof(ticket, proof, 8));
  EXPECT_TRUE(IsProof(ticket, proof, 0));
  EXPECT_FALSE(IsProof(ticket, proof, 60));
  EXPECT_FALSE(IsProof(ticket, "", 0));
  EXPECT_FALSE(IsProof(ticket, proof + " ", 0));
  EXPECT_FALSE(IsProof(ticket, std::string(10'000, '1'), 0));
}

// `printf %s ticket.279 | sha256sum` begins with 00, and no smaller number
// does.
TEST(Proof, IsTheOneThatABrowserFinds) {
  int n = 0;
  while (!IsProof("ticket", std::to_string(n), 8)) ++n;
  EXPECT_EQ(n, 279);
}

}  // namespace
}  // namespace artspeak::service
