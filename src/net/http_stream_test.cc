// The answers of HttpServer that go on as streams.
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

#include "base/error.h"
#include "net/http_server.h"
#include "net/response_stream.h"
#include "net/test_raw_client.h"

namespace artspeak::net {
namespace {

using std::chrono::milliseconds;

// Answers every request with a stream, and hands it to the test.
class StreamingServer {
 public:
  explicit StreamingServer(HttpServer::Options options = {})
      : server_(std::make_unique<HttpServer>(
            std::move(options), [this](const Request& request) {
              if (request.path == "/plain") return Response{200, {}, "plain"};
              Response response{200, {{"Content-Type", "text/plain"}}, ""};
              if (request.path == "/begun") response.body = "begun";
              response.head_waits = request.path == "/waits";
              response.stream = [this](std::shared_ptr<ResponseStream> stream) {
                opened_.set_value(std::move(stream));
              };
              return response;
            })) {}

  int port() const { return server_->port(); }
  // Of the one request that is asked.
  std::shared_ptr<ResponseStream> Stream() {
    return opened_.get_future().get();
  }
  void End() { server_.reset(); }

 private:
  std::promise<std::shared_ptr<ResponseStream>> opened_;
  std::unique_ptr<HttpServer> server_;
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

// The test's own time limit ends this when it never happens.
void WriteUntilRefused(ResponseStream& stream) {
  while (stream.Write("x")) std::this_thread::yield();
}

TEST(HttpStream, AStreamArrivesAsItIsWritten) {
  StreamingServer server;
  RawClient client(server.port());
  client.Send("GET /begun HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto stream = server.Stream();
  const std::string head = client.ReadUntil("begun\r\n");
  EXPECT_EQ(StatusOf(head), 200);
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos)
      << head;
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\n\r\n5\r\nbegun\r\n")) << head;
  EXPECT_TRUE(stream->Write("twelve bytes"));
  EXPECT_EQ(client.ReadUntil("bytes\r\n"), "c\r\ntwelve bytes\r\n");
  EXPECT_TRUE(stream->Write(""));  // which is not the end
  EXPECT_TRUE(stream->Write("more"));
  stream->End();
  EXPECT_FALSE(stream->Write("too late"));
  EXPECT_EQ(client.ReadAll(), "4\r\nmore\r\n0\r\n\r\n");
}

constexpr std::string_view kGetWaiting =
    "GET /waits HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(HttpStream, AStreamMayChooseItsStatusWhereTheHeadWaits) {
  StreamingServer server;
  RawClient client(server.port());
  client.Send(kGetWaiting);
  const auto stream = server.Stream();
  EXPECT_TRUE(stream->Write(""));  // which is nothing yet
  stream->SetStatus(503);
  EXPECT_TRUE(stream->Write("broken"));
  stream->SetStatus(200);  // too late
  stream->End();
  const std::string answer = client.ReadAll();
  EXPECT_EQ(StatusOf(answer), 503) << answer;
  EXPECT_NE(answer.find("503 Service Unavailable\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n6\r\nbroken\r\n0\r\n\r\n")) << answer;
}

TEST(HttpStream, AHeadThatWaitsIsSentWithTheFirstByte) {
  StreamingServer server;
  RawClient client(server.port());
  client.Send(kGetWaiting);
  const auto stream = server.Stream();
  EXPECT_TRUE(stream->Write("first"));
  const std::string begun = client.ReadUntil("first\r\n");
  EXPECT_EQ(StatusOf(begun), 200);
  EXPECT_NE(begun.find("Content-Type: text/plain\r\n"), std::string::npos);
  EXPECT_NE(begun.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_TRUE(stream->Write("more"));
  stream->End();
  EXPECT_EQ(client.ReadAll(), "4\r\nmore\r\n0\r\n\r\n");
}

TEST(HttpStream, AHeadMayWaitOnAConnectionThatWasAnsweredBefore) {
  StreamingServer server;
  RawClient client(server.port());
  client.Send("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.ReadUntil("plain").ends_with("\r\n\r\nplain"));
  client.Send(kGetWaiting);
  const auto stream = server.Stream();
  stream->SetStatus(500);
  EXPECT_TRUE(stream->Write("last"));
  stream->End();
  EXPECT_EQ(StatusOf(client.ReadAll()), 500);
}

TEST(HttpStream, AHeadThatWaitsIsSentWithAnEmptyEnd) {
  for (const char* version : {"1.0", "1.1"}) {
    StreamingServer server;
    RawClient client(server.port());
    client.Send(std::string("GET /waits HTTP/") + version +
                "\r\nHost: h\r\n\r\n");
    const auto stream = server.Stream();
    stream->SetStatus(500);
    stream->End();
    EXPECT_EQ(StatusOf(client.ReadAll()), 500) << version;
  }
}

TEST(HttpStream, WhoLeavesBeforeTheHeadIsNoticed) {
  StreamingServer server;
  std::shared_ptr<ResponseStream> stream;
  {
    RawClient client(server.port());
    client.Send(kGetWaiting);
    stream = server.Stream();
  }
  while (stream->Write("")) std::this_thread::yield();
  stream->End();
}

TEST(HttpStream, AStreamToAnOlderVersionEndsWithTheConnection) {
  StreamingServer server;
  RawClient client(server.port());
  client.Send("GET /begun HTTP/1.0\r\nHost: h\r\n\r\n");
  const auto stream = server.Stream();
  stream->Write(" and ended");
  stream->End();
  const std::string answer = client.ReadAll();
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nbegun and ended")) << answer;
}

TEST(HttpStream, TheHeadOfAStreamIsAnsweredWithoutIt) {
  HttpServer server({}, [](const Request&) {
    Response response{200, {}, "begun"};
    response.stream = [](auto) { ADD_FAILURE() << "there is no body"; };
    return response;
  });
  const std::string answer =
      Ask(server.port(), "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpStream, AStreamOutlastsDeadlinesWhileNothingIsWritten) {
  StreamingServer server(
      {.write_deadline = milliseconds(10), .idle_deadline = milliseconds(10)});
  RawClient client(server.port());
  client.Send(kGet);
  const auto stream = server.Stream();
  RawClient idle(server.port());
  idle.Send("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(idle.ReadAll().ends_with("plain"));  // and its deadline passed
  EXPECT_TRUE(stream->Write("still here"));
  EXPECT_TRUE(client.ReadUntil("here\r\n").ends_with("still here\r\n"));
}

TEST(HttpStream, AStreamIsRefusedWhenItsClientIsGone) {
  StreamingServer server;
  std::shared_ptr<ResponseStream> stream;
  {
    RawClient client(server.port());
    client.Send(kGet);
    stream = server.Stream();
    EXPECT_TRUE(stream->Write("x"));
  }
  WriteUntilRefused(*stream);
  stream->End();
}

TEST(HttpStream, AStreamMoreOfWhichWaitsThanAllowedIsCutOff) {
  StreamingServer server({.max_unsent = 100});
  RawClient client(server.port());
  client.Send(kGet);
  const auto stream = server.Stream();
  EXPECT_FALSE(stream->Write(std::string(101, 'x')));
  EXPECT_FALSE(stream->Write("x"));
  // Without the last chunk: the client can tell that it is not whole.
  EXPECT_TRUE(client.ReadAll().ends_with("\r\n\r\n"));
}

TEST(HttpStream, AStreamMayBeAllowedMore) {
  StreamingServer server({.max_unsent = 100});
  RawClient client(server.port());
  client.Send(kGet);
  const auto stream = server.Stream();
  stream->SetMaxUnsent(200);
  EXPECT_TRUE(stream->Write(std::string(101, 'x')));
  EXPECT_FALSE(stream->Write(std::string(201, 'x')));
}

TEST(HttpStream, AClientThatDoesNotReadItsStreamIsCutOff) {
  // More than the kernel holds for a connection.
  constexpr size_t kMuch = 64 << 20;
  StreamingServer server(
      {.write_deadline = milliseconds(20), .max_unsent = 2 * kMuch});
  RawClient client(server.port());
  client.Send(kGet);
  const auto stream = server.Stream();
  EXPECT_TRUE(stream->Write(std::string(kMuch, 'x')));
  WriteUntilRefused(*stream);
}

TEST(HttpStream, WhatAClientSendsWhileItIsStreamedToIsNotAnswered) {
  StreamingServer server;
  RawClient client(server.port());
  client.Send(std::string(kGet) + std::string(kGet));
  const auto stream = server.Stream();
  client.Send(kGet);
  stream->Write("once");
  stream->End();
  EXPECT_TRUE(client.ReadAll().ends_with("\r\n\r\n4\r\nonce\r\n0\r\n\r\n"));
}

TEST(HttpStream, ItsEndWaitsForAStreamsAndCutsOffWhatGoesOnTooLong) {
  for (const bool ends : {true, false}) {
    StreamingServer server(
        {.drain_deadline = ends ? milliseconds(60'000) : milliseconds(10)});
    std::optional<RawClient> client(server.port());
    client->Send(kGet);
    const auto stream = server.Stream();
    EXPECT_TRUE(stream->Write("begun"));
    RawClient idle(server.port());
    std::jthread ending([&] { server.End(); });
    EXPECT_EQ(idle.ReadAll(), "");  // closed: the server is draining
    if (ends) stream->End();
    EXPECT_EQ(client->ReadAll().ends_with("0\r\n\r\n"), ends);
    client.reset();
    ending.join();
    EXPECT_FALSE(stream->Write("to nobody"));
  }
}

TEST(HttpStream, AStreamThatCannotBeginIsCutOff) {
  HttpServer server({}, [](const Request&) {
    Response response;
    response.stream = [](auto) { throw base::Error("no more"); };
    return response;
  });
  const std::string answer = Ask(server.port(), kGet);
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpStream, ManyWriteToOneStreamAtOnce) {
  StreamingServer server;
  RawClient client(server.port());
  client.Send(kGet);
  const auto stream = server.Stream();
  {
    std::vector<std::jthread> writers;
    for (int w = 0; w < 4; ++w) {
      writers.emplace_back([&] {
        for (int i = 0; i < 100; ++i) EXPECT_TRUE(stream->Write("piece"));
      });
    }
  }
  stream->End();
  const std::string answer = client.ReadAll();
  size_t pieces = 0;
  for (size_t at = 0;
       (at = answer.find("5\r\npiece\r\n", at)) != std::string::npos; ++at) {
    ++pieces;
  }
  EXPECT_EQ(pieces, 400u);
}

}  // namespace
}  // namespace artspeak::net
