// `model import` and `model export` as a user meets them.
#include <gmock/gmock.h>
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
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ModelExchange : public ::testing::Test {
 protected:
  ModelExchange() { testing::SaveTinyModel(model_, 32); }

  static std::string Run(std::vector<std::string> words) {
    return RunModelCommand(std::move(words));
  }

  std::string Import(const fs::path& source, const fs::path& output) {
    return Run({"import", source.string(), "--output", output.string()});
  }
  std::string Export(const std::string& format, const fs::path& output,
                     std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"export", model_.string(), "--format",
                                      format,   "--output",      output};
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
  // What the command says when it fails.
  template <typename Fault = base::Error>
  static std::string FaultOf(const std::function<void()>& command) {
    try {
      command();
    } catch (const Fault& fault) {
      return fault.what();
    }
    return "";
  }
  void ExpectSameWeights(const fs::path& other) {
    EXPECT_TRUE(base::ReadFile(model_ / "model.safetensors") ==
                base::ReadFile(other / "model.safetensors"));
    EXPECT_EQ(text::Tokenizer::Load(other).Digest(),
              text::Tokenizer::Load(model_).Digest());
  }

  testing::TempDir folder_;
  const fs::path model_ = folder_ / "model";
};

TEST_F(ModelExchange, AHuggingFaceDirectoryComesIn) {
  const std::string said = Import(model_, folder_ / "imported");
  EXPECT_THAT(said, HasSubstr("2 layers, 16 wide"));
  EXPECT_THAT(said, HasSubstr("artspeak generate"));
  ExpectSameWeights(folder_ / "imported");
  EXPECT_FALSE(gpt2::Config::Load(folder_ / "imported").literal_markers);
}

TEST_F(ModelExchange, ARunOfGpt2SimpleComesInAsItWentOut) {
  EXPECT_THAT(Export("tensorflow", folder_ / "checkpoint/run1"),
              HasSubstr("gpt-2-simple"));
  EXPECT_THAT(Import(folder_ / "checkpoint/run1", folder_ / "imported"),
              HasSubstr("<|startoftext|>"));
  ExpectSameWeights(folder_ / "imported");
  EXPECT_TRUE(gpt2::Config::Load(folder_ / "imported").literal_markers);
  // What it learned is told by the model from there on.
  const auto info = nlohmann::json::parse(
      Run({"info", (folder_ / "imported").string(), "--json"}));
  EXPECT_TRUE(info.at("literal_markers"));
}

TEST_F(ModelExchange, AGgufGoesOutInTheAskedForm) {
  EXPECT_THAT(Export("gguf", folder_ / "f16.gguf"), HasSubstr("Wrote"));
  EXPECT_EQ(base::ReadFile(folder_ / "f16.gguf").substr(0, 4), "GGUF");
  // Sixteen numbers a row: q8_0 holds only multiples of 32.
  EXPECT_THAT(Export("gguf", folder_ / "q8.gguf", {"--weights", "q8_0"}),
              HasSubstr("stayed f16"));
  EXPECT_THROW(Export("gguf", folder_ / "x.gguf", {"--weights", "q2_k"}),
               CLI::ValidationError);
}

TEST_F(ModelExchange, AQuantizedCopyIsAModelToWriteWith) {
  const fs::path copy = folder_ / "int8";
  EXPECT_THAT(Run({"quantize", model_.string(), "--weights", "int8", "--output",
                   copy.string()}),
              HasSubstr("artspeak generate"));
  base::WriteFileAtomically(folder_ / "a.txt", "The light in the room.");
  const auto answer = nlohmann::json::parse(
      Run({"evaluate", copy.string(), folder_ / "a.txt", "--json"}));
  EXPECT_GT(answer.at("loss"), 0);
  // It cannot go out: that would pass its rounding on.
  EXPECT_THAT(FaultOf([&] {
                Run({"export", copy.string(), "--format", "gguf", "--output",
                     folder_ / "x.gguf"});
              }),
              HasSubstr("int8 weights"));
  EXPECT_THAT(FaultOf<base::UsageError>([&] {
                Run({"quantize", model_.string(), "--weights", "int8",
                     "--output", copy.string()});
              }),
              HasSubstr("choose another folder"));
}

TEST_F(ModelExchange, AModelThatIsThereIsNotWrittenOver) {
  Import(model_, folder_ / "imported");
  EXPECT_THAT(
      FaultOf<base::UsageError>([&] { Import(model_, folder_ / "imported"); }),
      HasSubstr("choose another folder"));
  Export("tensorflow", folder_ / "run");
  EXPECT_THAT(FaultOf([&] { Export("tensorflow", folder_ / "run"); }),
              HasSubstr("name a new folder"));
}

TEST_F(ModelExchange, WhatIsNoModelIsRefused) {
  const fs::path output = folder_ / "imported";
  EXPECT_THAT(FaultOf([&] { Import(folder_ / "none", output); }),
              HasSubstr("there is no"));
  fs::create_directories(folder_ / "pickled");
  base::WriteFileAtomically(folder_ / "pickled/pytorch_model.bin", "x");
  base::WriteFileAtomically(folder_ / "pickled/config.json", "{}");
  EXPECT_THAT(FaultOf([&] { Import(folder_ / "pickled", output); }),
              HasSubstr("safetensors"));
  base::WriteFileAtomically(folder_ / "a.gguf", "GGUF");
  EXPECT_THAT(FaultOf([&] { Import(folder_ / "a.gguf", output); }),
              HasSubstr("no model that this program knows"));
  EXPECT_FALSE(fs::exists(output));
}

TEST_F(ModelExchange, WeightsAreChosenForAGgufAlone) {
  EXPECT_THAT(FaultOf<base::UsageError>([&] {
                Export("tensorflow", folder_ / "run", {"--weights", "f16"});
              }),
              HasSubstr("--format gguf"));
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

}  // namespace
}  // namespace artspeak::app
