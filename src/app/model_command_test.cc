// The command as a user meets it: what it prints, and what it says to bad
// input.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/test_model_command.h"
#include "base/error.h"
#include "base/file.h"
#include "gpt2/config.h"
#include "tests/support/npz_file.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"
#include "text/tokenizer.h"

namespace artspeak::app {
namespace {

namespace fs = std::filesystem;
using base::Error;

class ModelCommand : public ::testing::Test {
 protected:
  static std::string Run(std::vector<std::string> words) {
    return RunModelCommand(std::move(words));
  }

  const fs::path tiny_ = testing::SourceDir() / "tests" / "golden" / "tiny";
  testing::TempDir folder_;
};

TEST_F(ModelCommand, InfoTellsTheShape) {
  const auto answer =
      nlohmann::json::parse(Run({"info", tiny_.string(), "--json"}));
  EXPECT_EQ(answer.at("layers"), 2);
  EXPECT_EQ(answer.at("vocab_size"), 37);
  EXPECT_EQ(answer.at("parameters"), 11220);
  EXPECT_NE(Run({"info", tiny_.string()}).find("layers      2"),
            std::string::npos);
}

TEST_F(ModelCommand, LogitsAreWrittenAsNpy) {
  const fs::path output = folder_ / "l.npy";
  Run({"logits", tiny_.string(), "--ids", "1,2,3", "--output",
       output.string()});
  EXPECT_EQ(fs::file_size(output), 128 + 3 * 37 * sizeof(float));
  EXPECT_NE(base::ReadFile(output).find("(3, 37)"), std::string::npos);
}

TEST_F(ModelCommand, IdsThatDoNotFitAreRefused) {
  const std::string output = (folder_ / "l.npy").string();
  std::string many = "0";
  for (int i = 0; i < 16; ++i) many += ",1";
  EXPECT_THROW(
      Run({"logits", tiny_.string(), "--ids", "37", "--output", output}),
      Error);
  EXPECT_THROW(
      Run({"logits", tiny_.string(), "--ids", "-1", "--output", output}),
      Error);
  EXPECT_THROW(
      Run({"logits", tiny_.string(), "--ids", many, "--output", output}),
      Error);
  EXPECT_THROW(
      Run({"logits", tiny_.string(), "--ids", "x", "--output", output}),
      CLI::ParseError);
  EXPECT_FALSE(fs::exists(output));
}

TEST_F(ModelCommand, MissingTruncatedOrMixedModelIsRefused) {
  EXPECT_THROW(Run({"info", (folder_ / "none").string()}), Error);
  fs::copy(tiny_, folder_ / "m");
  const fs::path weights = folder_ / "m" / "model.safetensors";
  fs::resize_file(weights, 20'000);
  EXPECT_THROW(Run({"info", (folder_ / "m").string()}), Error);
  fs::remove(weights);
  EXPECT_THROW(Run({"info", (folder_ / "m").string()}), Error);
}

TEST_F(ModelCommand, EvaluateNeedsATokenizer) {
  base::WriteFileAtomically(folder_ / "text.txt", "a text");
  EXPECT_THROW(
      Run({"evaluate", tiny_.string(), (folder_ / "text.txt").string()}),
      Error);
}

TEST_F(ModelCommand, EvaluatesADataSetWhateverItsForm) {
  const fs::path model = folder_ / "model";
  testing::SaveTinyModel(model, 16);
  const std::string text = "The light in the room is quiet, and so is the cat.";
  const auto evaluate = [&](const std::string& file, const std::string& content,
                            const std::vector<std::string>& more = {}) {
    base::WriteFileAtomically(folder_ / file, content);
    std::vector<std::string> words = {"evaluate", model.string(),
                                      (folder_ / file).string(), "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return nlohmann::json::parse(Run(words));
  };
  const auto expected = evaluate("a.txt", text);
  EXPECT_GT(expected.at("tokens"), 20);
  EXPECT_EQ(
      evaluate("a.csv", "id,body\n1,\"" + text + "\"\n", {"--column", "body"}),
      expected);
  const text::Tokenizer tokenizer = text::Tokenizer::Load(model);
  EXPECT_EQ(
      evaluate("a.npz",
               testing::Zip({{"arr_0.npy",
                              testing::TokensAsNpy(tokenizer.Encode(text))}})),
      expected);
  EXPECT_EQ(evaluate("a.txt", text, {"--kv", "fp32"}), expected);
  EXPECT_NE(evaluate("a.txt", text, {"--kv", "int8"}), expected);
  EXPECT_THROW(evaluate("a.txt", text, {"--kv", "int4"}), CLI::ParseError);
  // A model that was taught markers as characters is asked for them too.
  gpt2::Config config = gpt2::Config::Load(model);
  config.literal_markers = true;
  config.Save(model);
  EXPECT_GT(evaluate("a.txt", text).at("tokens"), expected.at("tokens"));
}

}  // namespace
}  // namespace artspeak::app
