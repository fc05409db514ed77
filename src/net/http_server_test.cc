#include "net/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "base/error.h"
#include "net/test_raw_client.h"

namespace artspeak::net {
namespace {

using std::chrono::milliseconds;

Response Echo(const Request& request) {
  return {200,
          {{"Content-Type", "text/plain"}},
          request.method + " " + request.path + " [" + request.body + "]"};
}

TEST(HttpServer, AnswersAndStaysForMore) {
  HttpServer server({}, Echo);
  RawClient client(server.port());
  client.Send("GET /a%20b?x HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string first = client.ReadUntil("]");
  EXPECT_EQ(StatusOf(first), 200);
  EXPECT_NE(first.find("GET /a b []"), std::string::npos) << first;
  client.Send(
      "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
      "Connection: close\r\n\r\nabc");
  EXPECT_NE(client.ReadAll().find("POST /p [abc]"), std::string::npos);
}

TEST(HttpServer, SaysTheUrlThatItAnswersUnder) {
  const HttpServer server({}, Echo);
  EXPECT_EQ(server.url(),
            "http://127.0.0.1:" + std::to_string(server.port()) + "/");
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  HttpServer server({}, Echo);
  const std::string answers =
      Ask(server.port(),
          "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
          "GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const size_t one = answers.find("GET /1 []");
  const size_t two = answers.find("GET /2 []");
  ASSERT_NE(two, std::string::npos) << answers;
  EXPECT_LT(one, two);
}

TEST(HttpServer, HeadIsAGetWithoutItsBody) {
  HttpServer server({}, Echo);
  const std::string answer =
      Ask(server.port(),
          "HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_NE(answer.find("Content-Length: 9\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(HttpServer, RefusesWhatItShould) {
  std::atomic<int> handled = 0;
  HttpServer server({.max_body = 100}, [&](const Request& request) {
    ++handled;
    return Echo(request);
  });
  const std::string huge(9000, 'x');
  const std::pair<int, std::string> cases[] = {
      {400, "NONSENSE\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost h\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {400, "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"},
      {400,
       "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
       "Content-Length: 2\r\n\r\nab"},
      {413, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n"},
      {413,
       "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
       "Content-Length: 9999999999\r\n\r\n"},
      {417,
       "POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n"
       "Content-Length: 1\r\n\r\na"},
      {431, "GET / HTTP/1.1\r\nHost: h\r\nX: " + huge + "\r\n\r\n"},
      {431, "GET /" + huge + " HTTP/1.1\r\nHost: h\r\n\r\n"},
      {501,
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\n\r\n"},
      {501,
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n"},
      {501, "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n"},
      {400,
       "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n"
       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {501,
       "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\n\r\n"},
      {505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
  };
  for (const auto& [status, text] : cases) {
    const std::string answer = Ask(server.port(), text);
    EXPECT_EQ(StatusOf(answer), status) << text.substr(0, 200) << "\n"
                                        << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos)
        << answer;
  }
  EXPECT_EQ(handled, 0);
}

// nginx speaks so to what is behind it unless told otherwise.
TEST(HttpServer, AnOlderVersionIsAnsweredOnceAndClosed) {
  HttpServer server({}, Echo);
  for (const char* keep : {"", "Connection: keep-alive\r\n"}) {
    const std::string answer = Ask(
        server.port(), std::string("POST /x HTTP/1.0\r\nHost: h\r\n"
                                   "Expect: 100-continue\r\n"
                                   "Content-Length: 3\r\n") +
                           keep + "\r\nabcGET /y HTTP/1.0\r\nHost: h\r\n\r\n");
    EXPECT_EQ(StatusOf(answer), 200);
    EXPECT_NE(answer.find("[abc]"), std::string::npos) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(answer.find("GET /y"), std::string::npos) << answer;
  }
}

TEST(HttpServer, ARefusalArrivesThoughTheClientStillSends) {
  HttpServer server({.max_body = 100}, Echo);
  RawClient client(server.port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" +
              std::string(300'000, 'x'));
  EXPECT_EQ(StatusOf(client.ReadAll()), 413);
}

TEST(HttpServer, ExpectContinueIsAnsweredBeforeTheBody) {
  HttpServer server({}, Echo);
  RawClient client(server.port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 3\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 100"));
  client.Send("abc");
  EXPECT_NE(client.ReadAll().find("[abc]"), std::string::npos);
}

TEST(HttpServer, AHandlersFaultIsAnsweredWithoutDetails) {
  HttpServer server({}, [](const Request& request) -> Response {
    if (request.path == "/split") return {200, {{"X", "a\r\nb: c"}}, ""};
    throw base::Error("the secret of /srv");
  });
  for (const char* path : {"/", "/split"}) {
    const std::string answer =
        Ask(server.port(), std::string("GET ") + path +
                               " HTTP/1.1\r\nHost: h\r\n"
                               "Connection: close\r\n\r\n");
    EXPECT_EQ(StatusOf(answer), 500);
    EXPECT_EQ(answer.find("secret"), std::string::npos);
    EXPECT_EQ(answer.find("b: c"), std::string::npos);
  }
}

TEST(HttpServer, ASlowHandlerDoesNotStallAccepting) {
  std::latch slow_running(1), release(1);
  HttpServer server({.threads = 2}, [&](const Request& request) {
    if (request.path == "/slow") {
      slow_running.count_down();
      release.wait();
    }
    return Echo(request);
  });
  RawClient slow(server.port());
  slow.Send("GET /slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  slow_running.wait();
  EXPECT_EQ(StatusOf(Ask(server.port(),
                         "GET / HTTP/1.1\r\nHost: h\r\n"
                         "Connection: close\r\n\r\n")),
            200);
  release.count_down();
  EXPECT_EQ(StatusOf(slow.ReadAll()), 200);
}

TEST(HttpServer, WhatIsReadyNeedsNoHandler) {
  std::promise<void> go_on;
  const std::shared_future<void> blocked = go_on.get_future().share();
  const auto ready = std::make_shared<const Response>(
      Response{200, {{"X-Kept", "1"}}, "at hand"});
  {
    const HttpServer server(
        {.threads = 1},
        [&](const Request& request) {
          blocked.wait();
          return Echo(request);
        },
        [&](const Request& request) {
          if (request.path == "/fault") throw base::Error("broken");
          return request.path == "/kept" ? ready : nullptr;
        });
    RawClient other(server.port());
    other.Send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient client(server.port());
    client.Send(
        "GET /kept HTTP/1.1\r\nHost: a\r\n\r\n"
        "HEAD /kept HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string answers = client.ReadAll();
    EXPECT_NE(answers.find("X-Kept: 1"), std::string::npos) << answers;
    EXPECT_NE(answers.find("\r\n\r\nat handHTTP/1.1 200"), std::string::npos);
    EXPECT_TRUE(answers.ends_with("\r\n\r\n")) << answers;
    go_on.set_value();
    EXPECT_NE(other.ReadUntil("/other []").find(" 200 "), std::string::npos);
    EXPECT_NE(Ask(server.port(), "GET /fault HTTP/1.0\r\nHost: a\r\n\r\n")
                  .find("/fault []"),
              std::string::npos);
  }
  EXPECT_EQ(ready.use_count(), 1) << "none is kept beyond its answer";
}

TEST(HttpServer, OneConnectionTooManyIsToldSo) {
  HttpServer server({.max_connections = 1}, Echo);
  RawClient first(server.port());
  first.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusOf(first.ReadUntil("]")), 200);
  const std::string answer =
      Ask(server.port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusOf(answer), 503);
  EXPECT_NE(answer.find("Retry-After: "), std::string::npos);
}

TEST(HttpServer, WhoeverIsTooSlowIsCutOff) {
  HttpServer server({.header_deadline = milliseconds(20),
                     .body_deadline = milliseconds(20),
                     .idle_deadline = milliseconds(20)},
                    Echo);
  for (const char* text :
       {"", "GET / HT",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n"}) {
    EXPECT_EQ(Ask(server.port(), text), "") << text;
  }
  RawClient idle(server.port());
  idle.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusOf(idle.ReadAll()), 200);  // and then the end
}

TEST(HttpServer, APortInUseIsNamed) {
  HttpServer server({}, Echo);
  try {
    HttpServer second({.port = server.port()}, Echo);
    FAIL() << "two servers on one port";
  } catch (const base::Error& error) {
    EXPECT_EQ(
        std::string(error.what())
            .find("port " + std::to_string(server.port()) + " is in use: "),
        0u)
        << error.what();
  }
  EXPECT_THROW(HttpServer({.address = "nowhere"}, Echo), base::Error);
  EXPECT_THROW(HttpServer({.port = 70000}, Echo), base::Error);
}

TEST(HttpServer, EndsWithTheRequestInFlightAnsweredAndTheIdleClosed) {
  std::latch running(1), release(1);
  auto server = std::make_unique<HttpServer>(HttpServer::Options{},
                                             [&](const Request& request) {
                                               running.count_down();
                                               release.wait();
                                               return Echo(request);
                                             });
  const int port = server->port();
  RawClient idle(port), asking(port);
  asking.Send("GET /last HTTP/1.1\r\nHost: h\r\n\r\n");
  running.wait();
  std::jthread ending([&] { server.reset(); });
  EXPECT_EQ(idle.ReadAll(), "");  // closed: the server is draining
  EXPECT_FALSE(RawClient(port).connected());
  release.count_down();
  const std::string answer = asking.ReadAll();
  EXPECT_NE(answer.find("GET /last"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST(HttpServer, ManyClientsAtOnce) {
  HttpServer server({.threads = 4}, Echo);
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < 8; ++c) {
      clients.emplace_back([&] {
        RawClient client(server.port());
        for (int i = 0; i < 25; ++i) {
          client.Send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
          if (StatusOf(client.ReadUntil("]")) == 200) ++good;
        }
      });
    }
  }
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace artspeak::net
