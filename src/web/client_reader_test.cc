#include "web/client_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace artspeak::web {
namespace {

const std::string kKey(32, 'k');

net::Request From(const std::string& address,
                  const std::vector<std::string>& forwarded = {}) {
  net::Request request;
  request.remote_address = address;
  for (const std::string& value : forwarded) {
    request.headers.push_back({"x-forwarded-for", value});
  }
  return request;
}

std::string HashOf(const std::string& address) {
  return service::ClientHash(kKey).Of(address);
}

TEST(ClientReader, WithoutAProxyTheConnectionTellsTheClient) {
  const ClientReader reader(std::nullopt, kKey);
  EXPECT_EQ(reader.Of(From("192.0.2.1")), HashOf("192.0.2.1"));
  EXPECT_EQ(reader.Of(From("192.0.2.1", {"198.51.100.1"})), HashOf("192.0.2.1"))
      << "anyone can write the header";
  EXPECT_EQ(reader.Of(From("127.0.0.1", {"198.51.100.1"})), "");
}

TEST(ClientReader, TheNamedProxyIsBelievedInWhatItAddedItself) {
  const ClientReader reader(base::ParseIpNetwork("127.0.0.1"), kKey);
  EXPECT_EQ(reader.Of(From("127.0.0.1", {"198.51.100.1"})),
            HashOf("198.51.100.1"));
  EXPECT_EQ(reader.Of(From("127.0.0.1", {"203.0.113.9, 198.51.100.1 "})),
            HashOf("198.51.100.1"));
  EXPECT_EQ(reader.Of(From("127.0.0.1", {"203.0.113.9", "198.51.100.1"})),
            HashOf("198.51.100.1"));
  EXPECT_EQ(reader.Of(From("127.0.0.1", {"2001:db8::1"})),
            HashOf("2001:db8::2"));
}

TEST(ClientReader, OthersThanTheProxyAreNot) {
  const ClientReader reader(base::ParseIpNetwork("10.0.0.0/8"), kKey);
  EXPECT_EQ(reader.Of(From("192.0.2.1", {"198.51.100.1"})),
            HashOf("192.0.2.1"));
  EXPECT_EQ(reader.Of(From("10.9.8.7", {"198.51.100.1"})),
            HashOf("198.51.100.1"));
}

TEST(ClientReader, AProxyThatSaysNothingUsefulBringsNobody) {
  const ClientReader reader(base::ParseIpNetwork("127.0.0.1"), kKey);
  for (const char* forwarded :
       {"", ",", "unknown", "198.51.100.1,", "198.51.100.1:443", "127.0.0.1"}) {
    EXPECT_EQ(reader.Of(From("127.0.0.1", {forwarded})), "") << forwarded;
  }
  EXPECT_EQ(reader.Of(From("127.0.0.1")), "");
}

}  // namespace
}  // namespace artspeak::web
