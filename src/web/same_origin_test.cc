#include "web/same_origin.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace artspeak::web {
namespace {

bool Allowed(std::vector<net::Header> headers) {
  net::Request request;
  request.method = "POST";
  request.headers = std::move(headers);
  return IsSameOrigin(request, *net::ParseUrl("https://art.example"));
}

TEST(SameOrigin, OurOwnPagesMayPost) {
  EXPECT_TRUE(Allowed(
      {{"Origin", "https://art.example"}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(Allowed({{"Origin", "https://ART.example:443"}}));
}

TEST(SameOrigin, OtherSitesMayNot) {
  EXPECT_FALSE(
      Allowed({{"Origin", "https://evil.example"}, {"Host", "art.example"}}));
  EXPECT_FALSE(Allowed({{"Origin", "https://art.example.evil.example"}}));
  EXPECT_FALSE(Allowed({{"Origin", "http://art.example:8080"}}));
  EXPECT_FALSE(Allowed({{"Origin", "null"}}));
  EXPECT_FALSE(Allowed({{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(Allowed({{"Sec-Fetch-Site", "same-site"}}));
  EXPECT_FALSE(Allowed(
      {{"Origin", "https://art.example"}, {"Sec-Fetch-Site", "cross-site"}}));
}

TEST(SameOrigin, AnotherNameOfThisMachineMayPost) {
  EXPECT_TRUE(Allowed(
      {{"Origin", "http://localhost:8080"}, {"Host", "localhost:8080"}}));
  EXPECT_FALSE(Allowed(
      {{"Origin", "http://localhost:8081"}, {"Host", "localhost:8080"}}));
}

TEST(SameOrigin, ProgramsWithoutEitherHeaderMayPost) {
  EXPECT_TRUE(Allowed({{"Host", "art.example"}}));
}

}  // namespace
}  // namespace artspeak::web
