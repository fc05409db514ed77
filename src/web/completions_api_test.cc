// Programs' requests, with a generator that writes what the test says.
#include "web/completions_api.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>

#include "tests/support/fake_stream.h"
#include "web/api_key.h"

namespace artspeak::web {
namespace {

using nlohmann::json;
using service::GenerationRequest;
using service::GenerationSink;
using service::TextEnd;

class ScriptedGenerator : public service::TextGenerator {
 public:
  struct Started {
    GenerationRequest request;
    std::shared_ptr<GenerationSink> sink;
  };

  const service::GeneratorIdentity& identity() const override { return who; }
  int context() const override { return 20; }
  int CountTokens(std::string_view prompt) const override {
    return static_cast<int>(prompt.size());
  }
  int free_slots() const override { return 0; }  // visitors' are taken
  std::optional<Ticket> Start(const GenerationRequest& request,
                              std::shared_ptr<GenerationSink> sink) override {
    if (room < static_cast<int>(request.seeds.size())) return std::nullopt;
    room -= static_cast<int>(request.seeds.size());
    started.push_back({request, std::move(sink)});
    return started.size() - 1;
  }
  void Cancel(Ticket ticket) override {
    std::lock_guard lock(mutex_);
    cancelled.push_back(ticket);
    changed_.notify_all();
  }
  void WaitForCancel() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !cancelled.empty(); });
  }

  service::GeneratorIdentity who{"0a1b", "fp32", "plain"};
  int room = 16;
  std::vector<Started> started;
  std::vector<Ticket> cancelled;

 private:
  std::mutex mutex_;  // guards cancelled
  std::condition_variable changed_;
};

service::DrawnToken Token(const std::string& bytes, size_t offset,
                          float chance) {
  return {.chance = {bytes, chance},
          .likeliest = {{"best", -0.25f}, {bytes, chance}},
          .offset = offset};
}

class CompletionsApiTest : public ::testing::Test {
 protected:
  net::Request Request(const std::string& method, const std::string& path,
                       const std::string& body = "") {
    return {.method = method,
            .target = path,
            .path = path,
            .query = {},
            .headers = {{"authorization", "Bearer sk-good"}},
            .body = body,
            .remote_address = {}};
  }

  net::Response Ask(const std::string& fields,
                    const std::string& key = "sk-good") {
    net::Request request = Request("POST", "/v1/completions",
                                   "{\"model\":\"run1\"" + fields + "}");
    request.headers = {{"authorization", "Bearer " + key}};
    return *api_.Answer(request);
  }

  // Asks, and takes the stream that the answer goes to.
  std::shared_ptr<testing::FakeStream> Read(const std::string& fields) {
    const net::Response response = Ask(fields);
    EXPECT_EQ(response.status, 200) << response.body;
    auto stream = std::make_shared<testing::FakeStream>();
    if (response.stream) response.stream(stream);
    return stream;
  }

  GenerationSink& sink(size_t request = 0) {
    return *generator_.started.at(request).sink;
  }

  // The events of a stream.
  static std::vector<json> Events(std::string text) {
    std::vector<json> events;
    for (size_t end; (end = text.find("\n\n")) != std::string::npos;
         text.erase(0, end + 2)) {
      const std::string event = text.substr(0, end);
      if (event.starts_with(":")) continue;
      EXPECT_TRUE(event.starts_with("data: ")) << event;
      events.push_back(event == "data: [DONE]" ? json("done")
                                               : json::parse(event.substr(6)));
    }
    EXPECT_EQ(text, "");
    return events;
  }

  static json ErrorOf(const net::Response& response) {
    return json::parse(response.body).at("error");
  }

  ScriptedGenerator generator_;
  base::FakeClock clock_{base::UnixTime(std::chrono::seconds(1'700'000'000))};
  CompletionsApi api_{
      {.key_hashes = {HashApiKey("sk-good"), HashApiKey("sk-other")},
       .model = "run1",
       .limits = {.texts = 12, .tokens = 1000}},
      generator_,
      clock_};
};

TEST_F(CompletionsApiTest, AnswersInOneObject) {
  const auto stream = Read(
      R"(,"prompt":"The","max_tokens":9,"temperature":0.5,"stop":".","n":2)");
  const GenerationRequest& asked = generator_.started.at(0).request;
  EXPECT_EQ(asked.prompt, "The");
  EXPECT_EQ(asked.seeds.size(), 2u);
  EXPECT_NE(asked.seeds[0], asked.seeds[1]);
  EXPECT_EQ(asked.sampling, (service::SamplingOptions{0.5, 1, 9}));
  EXPECT_EQ(asked.stop, std::vector<std::string>{"."});
  EXPECT_FALSE(asked.logprobs);
  EXPECT_TRUE(asked.background);

  sink().OnPiece(1, " sea");
  sink().OnPiece(0, " li");
  sink().OnPiece(0, "ght");
  sink().OnEnd(0, {.end = TextEnd::kStop, .tokens = 3});
  EXPECT_EQ(stream->written(), "");
  sink().OnEnd(1, {.end = TextEnd::kLength, .tokens = 9});
  EXPECT_TRUE(stream->ended());
  const json answer = json::parse(stream->written());
  EXPECT_TRUE(answer.at("id").get<std::string>().starts_with("cmpl-"));
  EXPECT_EQ(answer.at("object"), "text_completion");
  EXPECT_EQ(answer.at("created"), 1'700'000'000);
  EXPECT_EQ(answer.at("model"), "run1");
  EXPECT_EQ(answer.at("choices"),
            json::parse(R"([{"text":" light","index":0,"logprobs":null,
                             "finish_reason":"stop"},
                            {"text":" sea","index":1,"logprobs":null,
                             "finish_reason":"length"}])"));
  EXPECT_EQ(answer.at("usage"),
            json::parse(R"({"prompt_tokens":3,"completion_tokens":12,
                            "total_tokens":15})"));
}

TEST_F(CompletionsApiTest, StreamsPieceByPiece) {
  const net::Response response = Ask(
      R"(,"prompt":"The","stream":true,"stream_options":{"include_usage":true})");
  EXPECT_EQ(*net::FindHeader(response.headers, "Content-Type"),
            "text/event-stream");
  sink().OnPiece(0, " li");  // before anyone reads
  const auto stream = std::make_shared<testing::FakeStream>();
  response.stream(stream);
  EXPECT_EQ(Events(stream->written()).size(), 1u);
  sink().OnPiece(0, "ght\n");
  sink().OnEnd(0, {.end = TextEnd::kStop, .tokens = 3});
  EXPECT_TRUE(stream->ended());
  const auto events = Events(stream->written());
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].at("choices"),
            json::parse(R"([{"text":" li","index":0,"logprobs":null,
                             "finish_reason":null}])"));
  EXPECT_EQ(events[1].at("choices")[0].at("text"), "ght\n");
  EXPECT_EQ(events[1].at("id"), events[0].at("id"));
  EXPECT_EQ(events[2].at("choices")[0].at("finish_reason"), "stop");
  EXPECT_EQ(events[2].at("choices")[0].at("text"), "");
  EXPECT_EQ(events[2].at("usage"), json());
  EXPECT_TRUE(events[3].at("choices").empty());
  EXPECT_EQ(events[3].at("usage").at("total_tokens"), 6);
  EXPECT_EQ(events[4], "done");
}

TEST_F(CompletionsApiTest, AStreamThatIsNotAskedForUsageDoesNotEndWithIt) {
  const auto stream = Read(R"(,"stream":true)");
  sink().OnEnd(0, {.end = TextEnd::kStop, .tokens = 1});
  EXPECT_EQ(Events(stream->written()).size(), 2u);
}

TEST_F(CompletionsApiTest, EachPromptHasItsTexts) {
  const auto stream = Read(R"(,"prompt":["one","three"],"n":2,"seed":5)");
  ASSERT_EQ(generator_.started.size(), 2u);
  EXPECT_EQ(generator_.started[1].request.prompt, "three");
  EXPECT_EQ(generator_.started[1].request.seeds,
            generator_.started[0].request.seeds);
  for (const int index : {1, 0}) {
    for (const size_t request : {1, 0}) {
      sink(request).OnPiece(index, std::to_string(10 * request + index));
      sink(request).OnEnd(index, {.end = TextEnd::kStop, .tokens = 1});
    }
  }
  const json answer = json::parse(stream->written());
  std::vector<std::string> texts;
  for (const json& choice : answer.at("choices")) {
    EXPECT_EQ(choice.at("index"), texts.size());
    texts.push_back(choice.at("text"));
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"0", "1", "10", "11"}));
  EXPECT_EQ(answer.at("usage").at("prompt_tokens"), 8);
}

TEST_F(CompletionsApiTest, ASeedGivesTheSameTextsAndNoSeedGivesOthers) {
  Read(R"(,"seed":7,"n":2)");
  Read(R"(,"seed":7,"n":3)");
  Read(R"(,"seed":8,"n":2)");
  Read(R"(,"n":2)");
  Read(R"(,"n":2)");
  const auto seeds = [&](size_t i) -> const std::vector<uint64_t>& {
    return generator_.started.at(i).request.seeds;
  };
  EXPECT_EQ(seeds(0), std::vector(seeds(1).begin(), seeds(1).begin() + 2));
  EXPECT_NE(seeds(0), seeds(2));
  EXPECT_NE(seeds(3), seeds(4));
}

TEST_F(CompletionsApiTest, TellsOfTheTokensThatStandInTheText) {
  const auto stream = Read(R"(,"logprobs":2)");
  EXPECT_EQ(generator_.started.at(0).request.logprobs, 2);
  sink().OnToken(0, Token("ü", 0, -0.5f));
  sink().OnPiece(0, "ü");
  sink().OnToken(0, Token("\xc3", 2, -1.5f));
  sink().OnToken(0, Token("\xa4", 2, -std::numeric_limits<float>::infinity()));
  sink().OnPiece(0, "ä");
  sink().OnToken(0, Token("x<", 4, -2));
  sink().OnPiece(0, "x");
  sink().OnToken(0, Token("|end", 6, -2));  // with "<", the stop text
  sink().OnEnd(0, {.end = TextEnd::kStop, .tokens = 5});
  const json logprobs =
      json::parse(stream->written()).at("choices")[0]["logprobs"];
  EXPECT_EQ(logprobs, json::parse(R"({
      "tokens": ["ü", "bytes:\\xc3", "bytes:\\xa4", "x<"],
      "token_logprobs": [-0.5, -1.5, -9999.0, -2.0],
      "top_logprobs": [{"best": -0.25, "ü": -0.5},
                       {"best": -0.25, "bytes:\\xc3": -1.5},
                       {"best": -0.25, "bytes:\\xa4": -9999.0},
                       {"best": -0.25, "x<": -2.0}],
      "text_offset": [0, 1, 1, 2]})"));
}

TEST_F(CompletionsApiTest, StreamsTokensWithThePieceTheyAreIn) {
  const auto stream = Read(R"(,"logprobs":0,"stream":true)");
  sink().OnToken(0, Token("a", 0, -1));
  sink().OnPiece(0, "a");
  sink().OnToken(0, Token("b", 1, -1));  // held back: may begin the stop text
  sink().OnToken(0, Token("c", 2, -1));
  sink().OnPiece(0, "bc");
  sink().OnEnd(0, {.end = TextEnd::kStop, .tokens = 3});
  const auto events = Events(stream->written());
  const auto tokens = [&](size_t i) {
    return events.at(i)["choices"][0]["logprobs"]["tokens"];
  };
  EXPECT_EQ(tokens(0), json({"a"}));
  EXPECT_EQ(tokens(1), json({"b", "c"}));
  EXPECT_EQ(events[1]["choices"][0]["logprobs"]["text_offset"], json({1, 2}));
}

TEST_F(CompletionsApiTest, WhoeverLeavesIsNotWrittenFor) {
  auto stream = Read(R"(,"n":2,"stream":true)");
  sink().OnPiece(0, "a");
  EXPECT_TRUE(generator_.cancelled.empty());
  stream->Leave();
  sink().OnPiece(1, "b");
  EXPECT_EQ(generator_.cancelled, std::vector<uint64_t>{0});
  sink().OnPiece(1, "c");
  sink().OnEnd(0, {.end = TextEnd::kCancelled});
  sink().OnEnd(1, {.end = TextEnd::kCancelled});
  EXPECT_EQ(generator_.cancelled.size(), 1u);

  stream = Read("");  // one that is written to at its end alone
  stream->Leave();
  sink(1).OnPiece(0, "a");
  EXPECT_EQ(generator_.cancelled.size(), 2u);
}

TEST_F(CompletionsApiTest, AnAnswerThatNobodyTakesIsNotWritten) {
  Ask(R"(,"prompt":["a","b"])");
  EXPECT_EQ(generator_.cancelled, (std::vector<uint64_t>{0, 1}));
}

TEST_F(CompletionsApiTest, AWaitIsKeptAlive) {
  const auto events = Read(R"(,"stream":true)");
  const auto whole = Read("");
  const auto wait = [&] {
    clock_.WaitForSleeper();
    events->TakeWritten();
    clock_.Advance(CompletionsApi::kKeepAliveEvery);
    events->WaitForText();
    clock_.WaitForSleeper();  // then all were kept alive
    EXPECT_TRUE(events->written().starts_with(":")) << events->written();
    EXPECT_TRUE(Events(events->written()).empty());
  };
  for (int i = 0; i < CompletionAnswer::kSilentWaits; ++i) {
    wait();
    EXPECT_EQ(whole->written(), "") << "a fault may still choose the status";
  }
  wait();
  EXPECT_EQ(whole->written(), " ");
  whole->Leave();
  clock_.WaitForSleeper();
  clock_.Advance(CompletionsApi::kKeepAliveEvery);
  generator_.WaitForCancel();
  EXPECT_EQ(generator_.cancelled, std::vector<uint64_t>{1});
  sink(0).OnEnd(0, {.end = TextEnd::kStop, .tokens = 1});
  EXPECT_EQ(Events(events->written()).size(), 2u);
}

TEST_F(CompletionsApiTest, AFaultEndsTheAnswerWithItsError) {
  const auto whole = Read(R"(,"prompt":["a","b"])");
  sink(0).OnEnd(0, {.end = TextEnd::kFailed, .fault = "a secret"});
  EXPECT_TRUE(whole->ended());
  EXPECT_EQ(whole->status(), 500);
  EXPECT_EQ(json::parse(whole->written()).at("error").at("type"),
            "server_error");
  EXPECT_EQ(whole->written().find("secret"), std::string::npos);
  EXPECT_EQ(generator_.cancelled, (std::vector<uint64_t>{0, 1}));
  const auto stream = Read(R"(,"stream":true)");
  sink(2).OnEnd(0, {.end = TextEnd::kCancelled});
  EXPECT_TRUE(Events(stream->written()).at(0).contains("error"));
  EXPECT_TRUE(stream->ended());
  EXPECT_EQ(stream->status(), 200) << "as its kind of content says";

  const net::Response response = Ask("");
  sink(3).OnEnd(0, {.end = TextEnd::kCancelled});  // before anyone reads
  const auto late = std::make_shared<testing::FakeStream>();
  response.stream(late);
  EXPECT_EQ(late->status(), 503);
  EXPECT_EQ(json::parse(late->written()).at("error").at("type"),
            "server_error");
}

TEST_F(CompletionsApiTest, OnlyAWholeAnswersHeadWaits) {
  EXPECT_TRUE(Ask("").head_waits);
  EXPECT_FALSE(Ask(R"(,"stream":true)").head_waits);
}

TEST_F(CompletionsApiTest, TellsWhenThereIsNoRoom) {
  generator_.room = 3;
  const net::Response response = Ask(R"(,"prompt":["a","b"],"n":2)");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(*net::FindHeader(response.headers, "Retry-After"), "5");
  EXPECT_EQ(ErrorOf(response).at("code"), "rate_limit_exceeded");
  EXPECT_FALSE(response.stream);
  EXPECT_EQ(generator_.cancelled, std::vector<uint64_t>{0});  // of "a"
}

TEST_F(CompletionsApiTest, NoKeyHoldsTheWholeMachine) {
  const auto stream = Read(R"(,"n":11,"max_tokens":1)");
  const net::Response response = Ask(R"(,"n":2,"max_tokens":1)");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(*net::FindHeader(response.headers, "Retry-After"), "5");
  EXPECT_EQ(ErrorOf(response).at("type"), "rate_limit_error");
  EXPECT_EQ(ErrorOf(response).at("code"), "rate_limit_exceeded");
  EXPECT_EQ(generator_.started.size(), 1u);
  EXPECT_EQ(Ask(R"(,"n":2,"max_tokens":1)", "sk-other").status, 200);
  generator_.room = 16;
  sink().OnEnd(0, {.end = TextEnd::kStop, .tokens = 1});
  EXPECT_EQ(Ask(R"(,"n":2,"max_tokens":1)").status, 200);
}

TEST_F(CompletionsApiTest, MoreTextsThanAKeyEverGetsAreASlip) {
  const net::Response response = Ask(R"(,"prompt":["a","b"],"n":7)");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(ErrorOf(response).at("param"), "n");
}

TEST_F(CompletionsApiTest, AKeyHasSoManyTokensAnHour) {
  Read(R"(,"prompt":"12345678901234567890","max_tokens":990)");
  sink().OnEnd(0, {.end = TextEnd::kStop, .tokens = 979});
  Read(R"(,"max_tokens":50)");
  sink(1).OnEnd(0, {.end = TextEnd::kStop, .tokens = 1});
  const net::Response response = Ask("");
  EXPECT_EQ(response.status, 429);
  // 1'700'000'000 is 20 s into a minute.
  EXPECT_EQ(*net::FindHeader(response.headers, "Retry-After"), "3580");
  EXPECT_EQ(ErrorOf(response).at("code"), "rate_limit_exceeded");
  EXPECT_EQ(Ask("", "sk-other").status, 200);
  clock_.Advance(std::chrono::seconds(3580));
  EXPECT_EQ(Ask("").status, 200);
}

TEST_F(CompletionsApiTest, WhatFindsNoRoomUsesNothing) {
  generator_.room = 1;
  for (int i = 0; i < 60; ++i) {  // 1,200 tokens
    EXPECT_EQ(ErrorOf(Ask(R"(,"prompt":"12345678901234567890","n":2)"))
                  .at("message")
                  .get<std::string>()
                  .find("one key"),
              std::string::npos);
  }
  EXPECT_EQ(Ask("").status, 200);
}

TEST_F(CompletionsApiTest, RefusesAPromptThatTheModelCannotRead) {
  Read(R"(,"prompt":"12345678901234567890")");
  const net::Response response = Ask(R"(,"prompt":"123456789012345678901")");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(ErrorOf(response).at("code"), "context_length_exceeded");
  EXPECT_EQ(ErrorOf(response).at("param"), "prompt");
}

TEST_F(CompletionsApiTest, EveryAddressWantsAKey) {
  for (const char* path :
       {"/v1/completions", "/v1/models", "/v1/models/run1", "/v1/x"}) {
    for (const char* sent : {"", "Bearer", "Bearer ", "Bearer sk-bad",
                             "Basic sk-good", "Bearer sk-good ", "sk-good"}) {
      net::Request request = Request("GET", path);
      request.headers = {{"Authorization", sent}};
      const net::Response response = *api_.Answer(request);
      EXPECT_EQ(response.status, 401) << path << sent;
      EXPECT_EQ(ErrorOf(response).at("code"), "invalid_api_key");
      EXPECT_EQ(*net::FindHeader(response.headers, "WWW-Authenticate"),
                "Bearer");
    }
    net::Request request = Request("GET", path);
    request.headers.clear();
    EXPECT_EQ(api_.Answer(request)->status, 401);
    request.headers = {{"Authorization", "bEARER sk-good"}};
    EXPECT_NE(api_.Answer(request)->status, 401);
  }
}

TEST_F(CompletionsApiTest, ListsItsModel) {
  const json list =
      json::parse(api_.Answer(Request("GET", "/v1/models"))->body);
  EXPECT_EQ(list, json::parse(R"({"object":"list","data":[
      {"id":"run1","object":"model","created":1700000000,
       "owned_by":"artspeak"}]})"));
  EXPECT_EQ(json::parse(api_.Answer(Request("GET", "/v1/models/run1"))->body),
            list["data"][0]);
  EXPECT_EQ(api_.Answer(Request("GET", "/v1/models/run2"))->status, 404);
}

TEST_F(CompletionsApiTest, KnowsNoOtherModelAddressOrMethod) {
  const net::Response other =
      *api_.Answer(Request("POST", "/v1/completions", R"({"model":"gpt-3"})"));
  EXPECT_EQ(other.status, 404);
  EXPECT_EQ(ErrorOf(other).at("code"), "model_not_found");
  EXPECT_EQ(api_.Answer(Request("POST", "/v1/chat/completions"))->status, 404);
  EXPECT_EQ(api_.Answer(Request("GET", "/v1/modelsrun1"))->status, 404);
  EXPECT_EQ(api_.Answer(Request("GET", "/v1/completions"))->status, 405);
  EXPECT_EQ(api_.Answer(Request("DELETE", "/v1/models/run1"))->status, 405);
  EXPECT_FALSE(api_.Answer(Request("GET", "/")));
  EXPECT_FALSE(api_.Answer(Request("GET", "/v1")));
}

TEST_F(CompletionsApiTest, AFingerprintTellsGeneratorsApart) {
  const auto fingerprint = [&](size_t request) {
    const auto stream = Read("");
    sink(request).OnEnd(0, {.end = TextEnd::kStop, .tokens = 1});
    return json::parse(stream->written()).at("system_fingerprint");
  };
  const json first = fingerprint(0);
  EXPECT_EQ(fingerprint(1), first);
  generator_.who.model_hash = "other";
  CompletionsApi other({.key_hashes = {HashApiKey("sk-good")}, .model = "run1"},
                       generator_, clock_);
  const net::Response response =
      *other.Answer(Request("POST", "/v1/completions", R"({"model":"run1"})"));
  const auto stream = std::make_shared<testing::FakeStream>();
  response.stream(stream);
  sink(2).OnEnd(0, {.end = TextEnd::kStop, .tokens = 1});
  EXPECT_NE(json::parse(stream->written()).at("system_fingerprint"), first);
}

TEST(ApiKey, IsNewEachTimeAndKeptAsAHash) {
  const std::string key = NewApiKey();
  EXPECT_EQ(key.size(), 35u);
  EXPECT_NE(NewApiKey(), key);
  EXPECT_TRUE(IsApiKeyHash(HashApiKey(key)));
  EXPECT_FALSE(IsApiKeyHash(key));
  EXPECT_FALSE(IsApiKeyHash(""));
}

}  // namespace
}  // namespace artspeak::web
