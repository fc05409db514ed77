#include "web/completion_request.h"

#include <gtest/gtest.h>

namespace artspeak::web {
namespace {

CompletionRequest Parse(const std::string& fields) {
  const auto parsed =
      ParseCompletionRequest("{\"model\":\"run1\"" + fields + "}");
  if (const auto* fault = std::get_if<ApiFault>(&parsed)) {
    ADD_FAILURE() << fields << ": " << fault->message;
    return {};
  }
  return std::get<CompletionRequest>(parsed);
}

ApiFault FaultOf(const std::string& body) {
  const auto parsed = ParseCompletionRequest(body);
  if (const auto* fault = std::get_if<ApiFault>(&parsed)) return *fault;
  ADD_FAILURE() << body << " was taken";
  return {};
}

// The field that a fault names.
std::string Blamed(const std::string& fields) {
  const ApiFault fault = FaultOf("{\"model\":\"run1\"" + fields + "}");
  EXPECT_EQ(fault.status, 400);
  EXPECT_FALSE(fault.message.empty());
  return fault.param;
}

TEST(CompletionRequest, HasTheDefaultsOfOpenAi) {
  const CompletionRequest request = Parse("");
  EXPECT_EQ(request.model, "run1");
  EXPECT_EQ(request.prompts, std::vector<std::string>{""});
  EXPECT_EQ(request.n, 1);
  EXPECT_EQ(request.sampling, (service::SamplingOptions{1, 1, 16}));
  EXPECT_FALSE(request.seed || request.logprobs || request.stream ||
               request.include_usage);
}

TEST(CompletionRequest, ReadsEveryField) {
  const CompletionRequest request = Parse(
      R"(,"prompt":"Où","max_tokens":40,"temperature":0.5,"top_p":0.9,"n":3,)"
      R"("stop":["a","b"],"seed":-7,"stream":true,"logprobs":0,)"
      R"("stream_options":{"include_usage":true},"user":"me","best_of":1,)"
      R"("echo":false,"suffix":null,"frequency_penalty":0.0,)"
      R"("presence_penalty":0,"logit_bias":{})");
  EXPECT_EQ(request.prompts, std::vector<std::string>{"Où"});
  EXPECT_EQ(request.sampling, (service::SamplingOptions{0.5, 0.9f, 40}));
  EXPECT_EQ(request.n, 3);
  EXPECT_EQ(request.stop, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(request.seed, uint64_t(-7));
  EXPECT_EQ(request.logprobs, 0);
  EXPECT_TRUE(request.stream && request.include_usage);
}

TEST(CompletionRequest, NullIsLeftOut) {
  const CompletionRequest request = Parse(
      R"(,"prompt":null,"max_tokens":null,"n":null,"stop":null,"seed":null,)"
      R"("logprobs":null,"stream":null,"stream_options":null)");
  EXPECT_EQ(request.sampling.max_tokens, 16);
  EXPECT_TRUE(request.stop.empty());
}

TEST(CompletionRequest, TakesOneTextOrSome) {
  EXPECT_EQ(Parse(R"(,"stop":".")").stop, std::vector<std::string>{"."});
  EXPECT_EQ(Parse(R"(,"prompt":["a","b"],"n":8)").texts(), 16);
  EXPECT_EQ(Blamed(R"(,"prompt":["a","b"],"n":9)"), "n");
  EXPECT_EQ(Blamed(R"(,"prompt":[])"), "prompt");
  EXPECT_EQ(Blamed(R"(,"prompt":[15496,995])"), "prompt");  // ids of tokens
  EXPECT_EQ(Blamed(R"(,"prompt":7)"), "prompt");
}

TEST(CompletionRequest, ATopPOfNothingIsTheLikeliestToken) {
  const service::SamplingOptions sampling = Parse(R"(,"top_p":0)").sampling;
  EXPECT_EQ(sampling.temperature, 0);
  EXPECT_EQ(sampling.top_p, 1);
}

TEST(CompletionRequest, RefusesWhatIsTooMuch) {
  Parse(R"(,"max_tokens":1024,"n":4)");
  EXPECT_EQ(Blamed(R"(,"max_tokens":1024,"n":5)"), "max_tokens");
  EXPECT_EQ(Blamed(R"(,"max_tokens":1025)"), "max_tokens");
  Parse(R"(,"max_tokens":128,"n":4,"logprobs":5)");
  EXPECT_EQ(Blamed(R"(,"max_tokens":129,"n":4,"logprobs":5)"), "max_tokens");
  EXPECT_EQ(Blamed(R"(,"n":17)"), "n");
  EXPECT_EQ(Blamed(R"(,"logprobs":6)"), "logprobs");
  EXPECT_EQ(Blamed(R"(,"stop":["a","b","c","d","e"])"), "stop");
  EXPECT_EQ(Blamed(",\"stop\":\"" + std::string(257, 'x') + "\""), "stop");
}

TEST(CompletionRequest, RefusesWhatMakesNoSense) {
  for (const char* fields :
       {R"(,"n":0)", R"(,"n":"2")", R"(,"n":2.5)", R"(,"n":1e300)",
        R"(,"n":18446744073709551615)", R"(,"n":[1])"}) {
    EXPECT_EQ(Blamed(fields), "n");
  }
  EXPECT_EQ(Blamed(R"(,"max_tokens":0)"), "max_tokens");
  EXPECT_EQ(Blamed(R"(,"temperature":2.1)"), "temperature");
  EXPECT_EQ(Blamed(R"(,"temperature":-0.1)"), "temperature");
  EXPECT_EQ(Blamed(R"(,"temperature":"hot")"), "temperature");
  EXPECT_EQ(Blamed(R"(,"top_p":1.1)"), "top_p");
  EXPECT_EQ(Blamed(R"(,"stop":"")"), "stop");
  EXPECT_EQ(Blamed(R"(,"stream":1)"), "stream");
  EXPECT_EQ(Blamed(R"(,"seed":1.5)"), "seed");
  EXPECT_EQ(Blamed(R"(,"seed":9223372036854775808)"), "seed");
  EXPECT_EQ(Blamed(R"(,"stream_options":{})"), "stream_options");
  EXPECT_EQ(Blamed(R"(,"stream":true,"stream_options":1)"), "stream_options");
}

TEST(CompletionRequest, RefusesWhatItDoesNotDo) {
  EXPECT_EQ(Blamed(R"(,"best_of":2)"), "best_of");
  EXPECT_EQ(Blamed(R"(,"echo":true)"), "echo");
  EXPECT_EQ(Blamed(R"(,"suffix":"end")"), "suffix");
  EXPECT_EQ(Blamed(R"(,"frequency_penalty":0.1)"), "frequency_penalty");
  EXPECT_EQ(Blamed(R"(,"presence_penalty":1)"), "presence_penalty");
  EXPECT_EQ(Blamed(R"(,"logit_bias":{"50256":-100})"), "logit_bias");
  EXPECT_EQ(Blamed(R"(,"top_k":5)"), "top_k");
}

TEST(CompletionRequest, AFaultCutsNoCharacter) {
  std::string name = "x";
  for (int i = 0; i < 100; ++i) name += "京";
  EXPECT_EQ(Blamed(",\"" + name + "\":1"), name.substr(0, 64));  // 1 + 21 * 3
  const ApiFault fault = FaultOf(R"({"model":"run1","n":")" + name + "\"}");
  EXPECT_NE(ApiFaultJson(fault).find("whole number"), std::string::npos);
}

TEST(CompletionRequest, NamesNoModelWithoutOne) {
  EXPECT_EQ(FaultOf("{}").param, "model");
  EXPECT_EQ(FaultOf(R"({"model":7})").param, "model");
}

TEST(CompletionRequest, TakesNothingThatIsNoObject) {
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("7"),
        std::string("{\"model\":\"\xff\"}"), std::string(3, '\0')}) {
    EXPECT_FALSE(FaultOf(body).message.empty());
  }
}

// Deeper than a stack holds, if anything here were to follow it.
TEST(CompletionRequest, DepthHarmsNothing) {
  const std::string deep(60'000, '[');
  EXPECT_FALSE(FaultOf(deep).message.empty());
  const std::string closed = deep + std::string(60'000, ']');
  for (const char* field : {"n", "stop", "prompt", "seed", "echo", "unknown"}) {
    EXPECT_EQ(Blamed(",\"" + std::string(field) + "\":" + closed), field);
  }
}

}  // namespace
}  // namespace artspeak::web
