#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace artspeak::base {
namespace {

TEST(IpAddress, OneAddressHasOneText) {
  EXPECT_EQ(ParseIpAddress("192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(ParseIpAddress("::ffff:192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(ParseIpAddress("2001:DB8:0:0::1")->text(), "2001:db8::1");
  EXPECT_EQ(ParseIpAddress("fe80::1%eth0")->text(), "fe80::1");
}

TEST(IpAddress, WhatIsNoneIsNothing) {
  for (const char* text :
       {"", "%", "unknown", "192.0.2", "192.0.2.1:80", "[2001:db8::1]",
        "192.0.2.256", " 192.0.2.1", "::1/128"}) {
    EXPECT_FALSE(ParseIpAddress(text)) << text;
  }
  EXPECT_FALSE(ParseIpAddress(std::string_view("192.0.2.1\0x", 11)));
}

TEST(IpAddress, LoopbackIsKnownInEveryForm) {
  for (const char* text :
       {"127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "::1"}) {
    EXPECT_TRUE(ParseIpAddress(text)->is_loopback()) << text;
  }
  for (const char* text : {"128.0.0.1", "::2", "::7f00:1", "2001:db8::1"}) {
    EXPECT_FALSE(ParseIpAddress(text)->is_loopback()) << text;
  }
}

bool IsIn(const char* address, const char* network) {
  return ParseIpNetwork(network).value().Contains(
      ParseIpAddress(address).value());
}

TEST(IpNetwork, ContainsWhatBeginsWithItsBits) {
  EXPECT_TRUE(IsIn("10.1.2.3", "10.0.0.0/8"));
  EXPECT_FALSE(IsIn("11.0.0.0", "10.0.0.0/8"));
  EXPECT_TRUE(IsIn("192.0.2.131", "192.0.2.128/30"));
  EXPECT_FALSE(IsIn("192.0.2.132", "192.0.2.128/30"));
  EXPECT_TRUE(IsIn("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(IsIn("192.0.2.2", "192.0.2.1"));
  EXPECT_TRUE(IsIn("2001:db8:ffff::1", "2001:db8::/32"));
  EXPECT_FALSE(IsIn("2001:db9::1", "2001:db8::/32"));
  EXPECT_TRUE(IsIn("198.51.100.1", "0.0.0.0/0"));
  EXPECT_FALSE(IsIn("2001:db8::1", "0.0.0.0/0"));
  EXPECT_TRUE(IsIn("198.51.100.1", "::/0"));
}

TEST(IpNetwork, WhatIsNoneIsNothing) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
                           "10.0.0.0/8x", "2001:db8::/129", "nginx"}) {
    EXPECT_FALSE(ParseIpNetwork(text)) << text;
  }
}

}  // namespace
}  // namespace artspeak::base
