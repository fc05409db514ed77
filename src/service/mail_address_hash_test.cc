#include "service/mail_address_hash.h"

#include <gtest/gtest.h>

namespace artspeak::service {
namespace {

const std::string kKey(32, 'k');

std::string Hash(std::string_view address) {
  return MailAddressHash(kKey, address);
}

TEST(MailAddressHash, IsOneForAMailbox) {
  const std::string hash = Hash("visitor@example.org");
  EXPECT_EQ(hash.size(), 32u);
  EXPECT_EQ(Hash("Visitor@EXAMPLE.org"), hash);
  EXPECT_EQ(Hash("visitor+one@example.org"), hash);
  EXPECT_EQ(Hash("visitor+two+three@example.org"), hash);
}

TEST(MailAddressHash, TellsMailboxesApart) {
  const std::string hash = Hash("visitor@example.org");
  EXPECT_NE(Hash("visitor@example.com"), hash);
  EXPECT_NE(Hash("visitors@example.org"), hash);
  EXPECT_NE(Hash("+visitor@example.org"), Hash("+other@example.org"));
  EXPECT_NE(MailAddressHash(std::string(32, 'l'), "visitor@example.org"), hash);
}

}  // namespace
}  // namespace artspeak::service
