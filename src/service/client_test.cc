#include "service/client.h"

#include <gtest/gtest.h>

namespace artspeak::service {
namespace {

const ClientHash kClients(std::string(32, 'k'));

TEST(ClientHash, AnAddressOfVersionFourCountsWhole) {
  EXPECT_EQ(kClients.Of("192.0.2.1"), kClients.Of("::ffff:192.0.2.1"));
  EXPECT_NE(kClients.Of("192.0.2.1"), kClients.Of("192.0.2.2"));
}

TEST(ClientHash, AHouseholdOfVersionSixIsOneClient) {
  EXPECT_EQ(kClients.Of("2001:db8:1:2::3"),
            kClients.Of("2001:db8:1:2:9:9:9:9"));
  EXPECT_NE(kClients.Of("2001:db8:1:2::3"), kClients.Of("2001:db8:1:3::3"));
}

TEST(ClientHash, HoldsNothingOfTheAddressAndNeedsTheKey) {
  const std::string hash = kClients.Of("192.0.2.1");
  EXPECT_EQ(hash.size(), 32u);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(hash, ClientHash(std::string(32, 'l')).Of("192.0.2.1"));
}

TEST(ClientHash, ThisMachineAndNonsenseAreNobody) {
  for (const char* address : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "",
                              "unknown", "192.0.2.1, 192.0.2.2"}) {
    EXPECT_EQ(kClients.Of(address), "") << address;
  }
}

}  // namespace
}  // namespace artspeak::service
