#include "app/review_regeneration.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"

namespace artspeak::app {
namespace {

using service::GenerationSink;

// Answers each request as the test says.
class ScriptedGenerator : public service::TextGenerator {
 public:
  const service::GeneratorIdentity& identity() const override { return who; }
  int context() const override { return 1024; }
  int CountTokens(std::string_view) const override { return 1; }
  int free_slots() const override { return 5; }
  std::optional<Ticket> Start(const service::GenerationRequest& request,
                              std::shared_ptr<GenerationSink> sink) override {
    if (!script) return std::nullopt;
    for (size_t i = 0; i < request.seeds.size(); ++i) {
      script(*sink, static_cast<int>(i));
    }
    return 1;
  }
  void Cancel(Ticket) override {}

  service::GeneratorIdentity who{"0a1b", "fp32", "plain"};
  std::function<void(GenerationSink& sink, int index)> script;
};

class RegenerateReviewTest : public ::testing::Test {
 protected:
  RegenerateReviewTest() {
    stored_.review.id = "0123456789ab";
    stored_.review.state = service::ReviewState::kDone;
    stored_.review.texts = {"Öl", "Holz"};
    for (uint64_t seed : {1, 2}) {
      stored_.provenances.push_back(
          service::Provenance{generator_.who, {}, seed});
    }
  }
  std::string ErrorOf(std::stop_token stop = {}) {
    try {
      RegenerateReview(stored_, generator_, stop);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }

  ScriptedGenerator generator_;
  service::StoredReview stored_;
};

TEST_F(RegenerateReviewTest, ProgressCountsCharactersOfWhatIsWrittenAgain) {
  stored_.provenances[1].reset();
  generator_.script = [](GenerationSink& sink, int index) {
    sink.OnPiece(index, "Öl");
    sink.OnEnd(index, {});
  };
  base::Progress last;
  const auto results = RegenerateReview(
      stored_, generator_, {},
      [&](const base::Progress& progress) { last = progress; });
  EXPECT_EQ(last.done, 2);
  EXPECT_EQ(last.total, 2);
  EXPECT_TRUE(results[0].same);
  EXPECT_FALSE(results[1].text);
  EXPECT_EQ(results[1].note, "it is not kept what this text came from");
}

TEST_F(RegenerateReviewTest, AFaultOfTheGeneratorIsTold) {
  EXPECT_NE(ErrorOf().find("no room"), std::string::npos);
  generator_.script = [](GenerationSink& sink, int index) {
    if (index == 1)
      return sink.OnEnd(
          1, {.end = service::TextEnd::kFailed, .fault = "no memory"});
    sink.OnEnd(index, {});
  };
  EXPECT_EQ(ErrorOf(), "no memory");
}

TEST_F(RegenerateReviewTest, AStopEndsTheWait) {
  generator_.script = [](GenerationSink&, int) {};
  std::stop_source stop;
  stop.request_stop();
  EXPECT_NE(ErrorOf(stop.get_token()).find("interrupted"), std::string::npos);
}

}  // namespace
}  // namespace artspeak::app
