#include "net/http_client.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <utility>

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
    if (request.path == "/part") {
      const std::string* range = request.Find("Range");
      if (range == nullptr) return {200, {}, "0123456789"};
      if (*range != "bytes=4-") return {416, {}, "no such range"};
      return {206, {{"Content-Range", "bytes 4-9/10"}}, "456789"};
    }
    if (request.path == "/encoding") {
      return {200, {}, request.Find("Accept-Encoding") ? "any" : "none"};
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
  EXPECT_EQ(FailureOf(client, At("/loop")), FetchFailure::kRedirects);
  EXPECT_EQ(FailureOf(client, At("/file")), FetchFailure::kBadUrl);
  HttpClient still({.redirects = 0});
  EXPECT_EQ(still.Fetch({At("/moved"), {}, "", ""}).status, 301);
}

TEST_F(HttpClientTest, ABodyIsStreamedWithItsStatusKnown) {
  HttpClient client({.max_body = 5});
  std::string seen;
  const BodySink sink = [&](const FetchResult& head, std::string_view bytes) {
    seen += std::to_string(head.status) + ":" + std::string(bytes);
  };
  EXPECT_EQ(client.Fetch({At("/part"), {}, "", "", 0, sink}).body, "");
  EXPECT_EQ(std::exchange(seen, ""), "200:0123456789");
  const FetchResult part = client.Fetch({At("/part"), {}, "", "", 4, sink});
  EXPECT_EQ(part.status, 206);
  ASSERT_NE(part.Find("Content-Range"), nullptr);
  EXPECT_EQ(*part.Find("Content-Range"), "bytes 4-9/10");
  EXPECT_EQ(std::exchange(seen, ""), "206:456789");
  EXPECT_EQ(client.Fetch({At("/moved"), {}, "", "", 0, sink}).status, 200);
  EXPECT_EQ(std::exchange(seen, ""), "200:hello");
  client.Fetch({At("/encoding"), {}, "", "", 0, sink});
  EXPECT_EQ(std::exchange(seen, ""), "200:none");
  EXPECT_EQ(client.Fetch({At("/encoding"), {}, "", ""}).body, "any");
}

TEST_F(HttpClientTest, OnlyTheWantedBodyIsStreamed) {
  HttpClient client({.max_body = 50});
  const BodySink sink = [](const FetchResult&, std::string_view) {
    ADD_FAILURE();
  };
  EXPECT_EQ(client.Fetch({At("/none"), {}, "", "", 0, sink}).body, "nothing");
  const FetchResult none = client.Fetch({At("/part"), {}, "", "", 99, sink});
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(none.body, "no such range");
}

TEST_F(HttpClientTest, WhatTheSinkThrowsEndsTheFetch) {
  HttpClient client({});
  const BodySink sink = [](const FetchResult&, std::string_view) {
    throw base::Error("the disk is full");
  };
  try {
    client.Fetch({At("/page"), {}, "", "", 0, sink});
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(std::string(error.what()), "the disk is full");
  }
  EXPECT_EQ(client.Fetch({At("/page"), {}, "", ""}).body, "hello");
}

TEST_F(HttpClientTest, AStreamedBodyMayTakeLongButNotStall) {
  HttpClient client(
      {.timeout = milliseconds(1), .stall_timeout = milliseconds(50)});
  const BodySink sink = [](const FetchResult&, std::string_view) {};
  try {
    client.Fetch({At("/slow"), {}, "", "", 0, sink});
    ADD_FAILURE();
  } catch (const FetchError& error) {
    EXPECT_EQ(error.failure(), FetchFailure::kTimeout);
    EXPECT_NE(std::string(error.what()).find("sent nothing for 0.05 s"),
              std::string::npos);
  }
  release_.count_down();
}

TEST_F(HttpClientTest, SecretsDoNotFollowARedirectToAnotherPort) {
  HttpServer other({}, [](const Request& request) {
    return Response{200, {}, request.Find("Authorization") ? "told" : "kept"};
  });
  const std::string elsewhere =
      "http://127.0.0.1:" + std::to_string(other.port()) + "/";
  HttpServer here({}, [&](const Request&) {
    return Response{302, {{"Location", elsewhere}}, ""};
  });
  HttpClient client({});
  const std::vector<Header> secret = {{"Authorization", "Bearer secret"}};
  EXPECT_EQ(client.Fetch({elsewhere, secret, "", ""}).body, "told");
  EXPECT_EQ(client
                .Fetch({"http://127.0.0.1:" + std::to_string(here.port()) + "/",
                        secret, "", ""})
                .body,
            "kept");
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
