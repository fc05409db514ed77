// The whole program on models of a few milliseconds.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "bench/contender.h"
#include "tests/support/testing.h"

namespace artspeak::bench {
namespace {

using Json = nlohmann::ordered_json;

class BenchTest : public ::testing::Test {
 protected:
  // What artspeak-bench writes with --json.
  Json Figures(std::vector<std::string> words) {
    words.insert(words.begin(), ARTSPEAK_BENCH);
    for (const char* word : {"--rounds", "1", "--threads", "2", "--folder"}) {
      words.push_back(word);
    }
    words.push_back((folder_ / "models").string());
    words.push_back("--json");
    words.push_back((folder_ / "figures.json").string());
    Output(words);
    return Json::parse(base::ReadFile(folder_ / "figures.json"));
  }

  static std::vector<std::string> Names(const Json& list) {
    std::vector<std::string> names;
    for (const Json& one : list) names.push_back(one.at("name"));
    return names;
  }

  void ExpectLimits(const Json& report) {
    for (const char* name : {"read_4k", "read_2m"}) {
      for (const char* threads : {"one_thread", "all_threads"}) {
        EXPECT_GT(report.at("limits").at(name).at(threads).at("median"), 0);
      }
    }
  }

  testing::TempDir folder_;
};

TEST_F(BenchTest, GenerateTellsWhereTheTimeGoes) {
  const Json report = Figures(
      {"generate", "2x64x2", "--weights", "float,bf16,int8,int4", "--texts",
       "3", "--length", "4", "--batches", "1,5", "--batch-length", "3",
       "--no-peers", "--chart", (folder_ / "chart.svg").string()});
  ExpectLimits(report);
  ASSERT_EQ(Names(report.at("results")),
            (std::vector<std::string>{"artspeak float", "artspeak bf16",
                                      "artspeak int8", "artspeak int4"}));
  for (const Json& result : report.at("results")) {
    EXPECT_EQ(result.at("tokens"), 12);
    EXPECT_GT(result.at("seconds").at("median"), 0);
    EXPECT_GT(result.at("first_token_seconds").at("median"), 0);
    EXPECT_GT(result.at("peak_memory_bytes"), 1e6);
    ASSERT_EQ(Names(result.at("stages")),
              (std::vector<std::string>{"products", "attention", "sampling",
                                        "rest"}));
    double shares = 0;
    for (const Json& stage : result.at("stages")) {
      EXPECT_GT(stage.at("share_of_time"), 0) << stage;
      shares += stage.at("share_of_time").get<double>();
    }
    EXPECT_NEAR(shares, 1, 1e-9);
  }
  // Bytes of a weight: 4, 2, 1 and 2 for each 128 of a column, and half of one
  // and 2 for each 32, but the embedding as before; 64 inputs are filled up to
  // 128.
  const double matrices = 50257 * 64 + 2 * 12 * 64 * 64;
  const auto bytes = [&](int i) {
    return report.at("results")[i].at("stages")[0].at("bytes").get<double>();
  };
  EXPECT_EQ(bytes(0), 4 * matrices);
  EXPECT_GT(bytes(1), 2 * matrices);
  EXPECT_LT(bytes(1), 4.2 * matrices);
  EXPECT_GT(bytes(2), matrices);
  EXPECT_LT(bytes(2), 2.2 * matrices);
  EXPECT_LT(bytes(3), bytes(2));
  EXPECT_GT(bytes(3), 50257 * 64);
  EXPECT_EQ(report.at("batches").size(), 8u);
  EXPECT_NE(base::ReadFile(folder_ / "chart.svg").find("artspeak int8"),
            std::string::npos);
}

TEST_F(BenchTest, GenerateTakesAModelDirectory) {
  Figures({"generate", "2x64x2", "--weights", "int8", "--length", "2",
           "--no-batches", "--no-peers"});
  const Json report =
      Figures({"generate", (folder_ / "models" / "2x64x2" / "int8").string(),
               "--length", "2", "--no-batches", "--no-peers"});
  EXPECT_EQ(Names(report.at("results")), std::vector<std::string>{"artspeak"});
  EXPECT_FALSE(report.contains("batches"));
}

TEST_F(BenchTest, TrainTellsTheShareOfThePeak) {
  const Json report =
      Figures({"train", "2x64x2", "--tokens", "8", "--no-peers"});
  ExpectLimits(report);
  const Json& result = report.at("results").at(0);
  EXPECT_EQ(result.at("tokens"), 8);
  EXPECT_GT(result.at("share_of_peak"), 0);
  EXPECT_EQ(Names(result.at("stages")),
            (std::vector<std::string>{"forward", "backward", "optimizer"}));
}

// Logits of 400 tokens take 80 MB, those of a block 3: the rest is the same.
TEST_F(BenchTest, PassTellsTheMemoryOfBothModes) {
  const Json report = Figures({"pass", "2x64x2", "--tokens", "400"});
  const Json& results = report.at("results");
  ASSERT_EQ(Names(results),
            (std::vector<std::string>{"artspeak roomy", "artspeak low"}));
  const auto peak = [&](int i) {
    return results[i].at("peak_memory_bytes").get<double>();
  };
  EXPECT_LT(peak(1), peak(0) - 50e6);
}

TEST_F(BenchTest, TheRecipeLearns) {
  const std::string verse = "Full fathom five thy father lies;\n";
  std::string text;
  for (int i = 0; i < 200; ++i) text += verse;
  base::WriteFileAtomically(folder_ / "a.txt", text);
  const auto loss = [&](const char* steps) {
    const Json report = Figures({"recipe", (folder_ / "a.txt").string(),
                                 "--steps", steps, "--no-peers"});
    EXPECT_EQ(report.at("results")[0].at("tokens"), 12 * 64 * std::stoi(steps));
    return report.at("results")[0].at("validation_loss").at("median");
  };
  EXPECT_LT(loss("60"), loss("5"));
}

TEST_F(BenchTest, TokenizeReadsADataset) {
  base::WriteFileAtomically(folder_ / "a.txt",
                            "The light in the room is the light.");
  const Json report =
      Figures({"tokenize", (folder_ / "a.txt").string(), "--no-peers"});
  EXPECT_GE(report.at("bytes"), 4e6);
  EXPECT_EQ(report.at("vocabulary"), "learnt from the texts");
  EXPECT_GT(report.at("results").at(0).at("megabytes_per_second").at("median"),
            0);
}

// Those that are installed, so that their scripts do not rot either.
TEST_F(BenchTest, PeersDoTheSameJobs) {
  ::testing::internal::CaptureStderr();  // which the program inherits
  const Json generate = Figures(
      {"generate", "2x64x2", "--texts", "2", "--length", "3", "--no-batches"});
  for (const Json& result : generate.at("results")) {
    EXPECT_EQ(result.at("tokens"), 6) << result;
    EXPECT_GT(result.at("first_token_seconds").at("median"), 0);
  }
  const Json train = Figures({"train", "2x64x2", "--tokens", "8"});
  for (const Json& result : train.at("results")) {
    EXPECT_EQ(result.at("tokens"), 8) << result;
  }
  base::WriteFileAtomically(folder_ / "a.txt",
                            std::string(2000, 'a') + "Où est la lumière?");
  const Json recipe =
      Figures({"recipe", (folder_ / "a.txt").string(), "--steps", "3"});
  for (const Json& result : recipe.at("results")) {
    EXPECT_EQ(result.at("tokens"), 3 * 12 * 64) << result;
    EXPECT_LT(result.at("validation_loss").at("median"), 6);
  }
  base::WriteFileAtomically(folder_ / "a.txt", "Où est la lumière? It's here.");
  const Json tokenize = Figures({"tokenize", (folder_ / "a.txt").string()});
  for (const Json& result : tokenize.at("results")) {
    EXPECT_EQ(result.at("tokens"), tokenize.at("results")[0].at("tokens"));
  }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("artspeak"), std::string::npos);
  EXPECT_EQ(said.find("left out"), std::string::npos) << said;
}

TEST_F(BenchTest, AFormatThatIsNoneIsRefused) {
  EXPECT_THROW(Figures({"generate", "2x64x2", "--weights", "int9"}),
               base::Error);
}

}  // namespace
}  // namespace artspeak::bench
