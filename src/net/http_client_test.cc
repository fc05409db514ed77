#include "net/http_client.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "net/http_server.h"

namespace artspeak::net {
namespace {

using std::chrono::milliseconds;

class HttpClientTest : public ::testing::Test {
 protected:
  std::string At(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
  }

  static FetchFailure FailureOf(HttpClient& client, const std::string& url,
                                std::stop_token stop = {}) {
    try {
      client.Fetch({url, {}, "", ""}, stop);
    } catch (const FetchError& error) {
      EXPECT_NE(std::string(error.what()), "");
      return error.failure();
    }
    ADD_FAILURE() << url << " was fetched";
    return FetchFailure::kBroken;
  }

  Response Answer(const Request& request) {
    if (request.path == "/page") {
      const std::string* tag = request.Find("If-None-Match");
      if (tag != nullptr && *tag == "\"1\"") return {304, {}, ""};
      return {200, {{"ETag", "\"1\""}, {"X-Empty", ""}}, "hello"};
    }
    if (request.path == "/agent") {
      return {200, {}, *request.Find("User-Agent") + *request.Find("X-Mine")};
    }
    if (request.path == "/loop") return {302, {{"Location", "/loop"}}, "no"};
    if (request.path == "/moved") return {301, {{"Location", "/page"}}, "no"};
    if (request.path == "/file") {
      return {302, {{"Location", "file:///etc/passwd"}}, ""};
    }
    if (request.path == "/huge") return {200, {}, std::string(100'000, 'x')};
    if (request.path == "/slow") {
      asked_.count_down();
      release_.wait();
    }
    return {404, {}, "nothing"};
  }

  std::latch asked_{1}, release_{1};
  HttpServer server_{{}, [this](const Request& r) { return Answer(r); }};
};

TEST_F(HttpClientTest, FetchesAPage) {
  HttpClient client({.user_agent = "tester"});
  const FetchResult page = client.Fetch({At("/page"), {}, "", ""});
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "hello");
  ASSERT_NE(page.Find("etag"), nullptr);
  EXPECT_EQ(*page.Find("etag"), "\"1\"");
  EXPECT_EQ(client.Fetch({At("/none"), {}, "", ""}).status, 404);
  EXPECT_EQ(client.Fetch({At("/agent"), {{"X-Mine", "!"}}, "", ""}).body,
            "tester!");
}

TEST_F(HttpClientTest, AsksOnlyForWhatChanged) {
  HttpClient client({});
  const FetchResult page = client.Fetch({At("/page"), {}, "\"1\"", ""});
  EXPECT_EQ(page.status, 304);
  EXPECT_EQ(page.body, "");
}

TEST_F(HttpClientTest, RedirectsAreFollowedAsFarAsAllowed) {
  HttpClient client({.redirects = 3});
  const FetchResult page = client.Fetch({At("/moved"), {}, "", ""});
  EXPECT_EQ(page.body, "hello");
  EXPECT_EQ(page.url, At("/page"));
  EXPECT_EQ(FailureOf(client, At("/loop")), FetchFailure::kBroken);
  EXPECT_EQ(FailureOf(client, At("/file")), FetchFailure::kBadUrl);
  HttpClient still({.redirects = 0});
  EXPECT_EQ(still.Fetch({At("/moved"), {}, "", ""}).status, 301);
}

TEST_F(HttpClientTest, FailuresAreToldApart) {
  HttpClient client({.timeout = milliseconds(50), .max_body = 1000});
  EXPECT_EQ(FailureOf(client, "ftp://127.0.0.1/"), FetchFailure::kBadUrl);
  EXPECT_EQ(FailureOf(client, "no address"), FetchFailure::kBadUrl);
  EXPECT_EQ(FailureOf(client, At("/huge")), FetchFailure::kTooLarge);
  EXPECT_EQ(FailureOf(client, At("/slow")), FetchFailure::kTimeout);
  release_.count_down();
  int port = 0;
  {
    HttpServer gone({}, [](const Request&) { return Response{}; });
    port = gone.port();
  }
  EXPECT_EQ(FailureOf(client, "http://127.0.0.1:" + std::to_string(port)),
            FetchFailure::kRefused);
}

TEST_F(HttpClientTest, CanBeStopped) {
  HttpClient client({});
  std::stop_source stop;
  std::jthread stopper([&] {
    asked_.wait();
    stop.request_stop();
  });
  EXPECT_EQ(FailureOf(client, At("/slow"), stop.get_token()),
            FetchFailure::kStopped);
  release_.count_down();
}

TEST_F(HttpClientTest, HeadersCannotBeSplit) {
  HttpClient client({});
  EXPECT_THROW(client.Fetch({At("/page"), {{"X", "a\r\nb: c"}}, "", ""}),
               base::Error);
  EXPECT_THROW(client.Fetch({At("/page"), {}, "a\r\nb: c", ""}), base::Error);
}

}  // namespace
}  // namespace artspeak::net
