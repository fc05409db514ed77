#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/error.h"
#include "base/file.h"
#include "corpus/passage_file.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::app {
namespace {

class GenerateCommandTest : public ::testing::Test {
 protected:
  GenerateCommandTest() { testing::SaveTinyModel(directory_.path(), 16); }

  // What the command prints for these options.
  std::string Output(const std::vector<std::string>& options) {
    return OutputOf(directory_.path().string(), options);
  }
  std::string OutputOf(const std::string& model,
                       const std::vector<std::string>& options) {
    std::vector<const char*> arguments = {"artspeak", "generate",
                                          model.c_str()};
    for (const std::string& option : options) {
      arguments.push_back(option.c_str());
    }
    CLI::App app;
    AddGenerateCommand(app);
    ::testing::internal::CaptureStdout();
    try {
      app.parse(static_cast<int>(arguments.size()), arguments.data());
    } catch (...) {
      ::testing::internal::GetCapturedStdout();
      throw;
    }
    return ::testing::internal::GetCapturedStdout();
  }

  testing::TempDir directory_;
};

using Options = std::vector<std::string>;

Options operator+(Options options, const Options& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

std::string TextOf(const std::string& json, int sample) {
  return nlohmann::json::parse(json)
      .at("samples")
      .at(sample)
      .at("text")
      .get<std::string>();
}

TEST_F(GenerateCommandTest, JsonHoldsTextsSeedAndTiming) {
  const auto answer = nlohmann::json::parse(
      Output({"--json", "--seed", "5", "--nsamples", "2", "--length", "30",
              "--truncate", "", "--prompt", "art"}));
  ASSERT_EQ(answer.at("samples").size(), 2u);
  for (const auto& sample : answer.at("samples")) {
    EXPECT_TRUE(sample.at("text").is_string());
    EXPECT_EQ(sample.at("tokens"), 30);
    EXPECT_EQ(sample.at("finish"), "length");
  }
  EXPECT_EQ(answer.at("seed"), 5);
  for (const char* time : {"load_s", "prefill_s", "decode_s", "tokens_per_s"}) {
    EXPECT_GE(answer.at("timing").at(time).get<double>(), 0) << time;
  }
}

TEST_F(GenerateCommandTest, PrintsTextsWithADelimiterBetween) {
  const Options options = {"--seed",   "5",  "--nsamples", "2",
                           "--length", "20", "--prompt",   "art"};
  const std::string json = Output(options + Options{"--json"});
  EXPECT_EQ(Output(options), TextOf(json, 0) + "\n====================\n" +
                                 TextOf(json, 1) + "\n");
}

TEST_F(GenerateCommandTest, TruncateAndStopEndTheTexts) {
  const Options options = {"--json", "--seed",    "5",   "--nsamples",
                           "1",      "--length",  "200", "--temperature",
                           "1",      "--truncate"};
  const std::string whole = TextOf(Output(options + Options{""}), 0);
  const size_t i = whole.find('i');
  const size_t e = whole.find('e');
  ASSERT_NE(i, std::string::npos);
  ASSERT_NE(e, std::string::npos);
  EXPECT_EQ(TextOf(Output(options + Options{"i"}), 0), whole.substr(0, i));
  EXPECT_EQ(
      TextOf(Output(options + Options{"", "--stop", "i", "--stop", "e"}), 0),
      whole.substr(0, std::min(i, e)));
}

TEST_F(GenerateCommandTest, ABannedTextDoesNotComeWhateverTokensSpellIt) {
  const Options options = {
      "--json",        "--seed",  "5", "--nsamples", "4", "--length",
      "150",           "--top-p", "1", "--truncate", "",  "--prompt",
      "The quiet room"};
  const std::string free = Output(options);
  ASSERT_NE(TextOf(free, 0).find("th"), std::string::npos);
  for (const char* temperature : {"0", "1"}) {
    const std::string banned =
        Output(options + Options{"--temperature", temperature, "--banned", "th",
                                 "--banned", "e "});
    for (int i = 0; i < 4; ++i) {
      const std::string text = "The quiet room" + TextOf(banned, i);
      EXPECT_EQ(text.find("th"), std::string::npos) << text;
      EXPECT_EQ(text.find("e ", 3), std::string::npos) << text;
    }
  }
}

TEST_F(GenerateCommandTest, ABiasBringsAToken) {
  EXPECT_EQ(TextOf(Output({"--json", "--nsamples", "1", "--length", "3",
                           "--seed", "1", "--logit-bias", "0:1000",
                           "--repetition-penalty", "1"}),
                   0),
            "!!!");
}

TEST_F(GenerateCommandTest, SamplersNarrowWhatIsDrawn) {
  const Options options = {"--json", "--nsamples", "1", "--length",
                           "30",     "--seed",     "1", "--top-p",
                           "1",      "--truncate", "",  "--temperature"};
  const std::string greedy = TextOf(Output(options + Options{"0"}), 0);
  EXPECT_NE(TextOf(Output(options + Options{"2"}), 0), greedy);
  EXPECT_EQ(TextOf(Output(options + Options{"2", "--min-p", "1"}), 0), greedy);
  EXPECT_NE(
      TextOf(Output(options + Options{"0", "--repetition-penalty", "9"}), 0),
      greedy);
  EXPECT_NE(TextOf(Output(options + Options{"2", "--typical-p", "0.1"}), 0),
            TextOf(Output(options + Options{"2"}), 0));
}

TEST_F(GenerateCommandTest, ATextThatCopiesIsWrittenAgain) {
  const Options options = {
      "--json",         "--seed",        "5", "--nsamples", "2", "--prompt",
      "The quiet room", "--temperature", "1"};
  const std::string free = Output(options);
  EXPECT_FALSE(
      nlohmann::json::parse(free)["samples"][0].contains("longest_copy"));
  corpus::PassageIndexBuilder builder;
  builder.Add(TextOf(free, 1));
  corpus::WritePassageFile(directory_ / "originality", builder.Finish(),
                           std::string(16, 'x'));
  const auto measured = nlohmann::json::parse(Output(options));
  EXPECT_GT(measured["samples"][1]["longest_copy"], 3);
  EXPECT_LT(measured["samples"][0]["longest_copy"], 4);

  const Options limited = options + Options{"--max-copied-words", "3"};
  const std::string original = Output(limited);
  EXPECT_EQ(TextOf(original, 0), TextOf(free, 0));
  EXPECT_NE(TextOf(original, 1), TextOf(free, 1));
  EXPECT_LE(nlohmann::json::parse(original)["samples"][1]["longest_copy"], 3);
  EXPECT_EQ(TextOf(Output(limited + Options{"--threads", "3"}), 1),
            TextOf(original, 1));
}

// In a folder with the run "one".
class GenerateFromRunTest : public GenerateCommandTest {
 protected:
  GenerateFromRunTest() : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(parent_.path());
    testing::SaveTinyModel("runs/one/checkpoints/000001/model", 16);
    std::filesystem::create_directory_symlink("checkpoints/000001",
                                              "runs/one/latest");
    std::filesystem::create_directory_symlink("latest/model", "runs/one/model");
  }
  ~GenerateFromRunTest() override { std::filesystem::current_path(before_); }

 private:
  testing::TempDir parent_;
  std::filesystem::path before_;
};

TEST_F(GenerateFromRunTest, ARunsNameLeadsToItsIndex) {
  const Options options = {"--json",
                           "--seed",
                           "5",
                           "--nsamples",
                           "2",
                           "--temperature",
                           "1",
                           "--prompt",
                           "The quiet room",
                           "--max-copied-words"};
  const std::string free = OutputOf("one", options + Options{"0"});
  corpus::PassageIndexBuilder builder;
  builder.Add(TextOf(free, 1));
  corpus::WritePassageFile("runs/one/originality", builder.Finish(),
                           std::string(16, 'x'));
  const std::string limited = OutputOf("one", options + Options{"3"});
  EXPECT_EQ(TextOf(limited, 0), TextOf(free, 0));
  EXPECT_NE(TextOf(limited, 1), TextOf(free, 1));
  EXPECT_LE(nlohmann::json::parse(limited)["samples"][1]["longest_copy"], 3);
}

TEST_F(GenerateCommandTest, ALimitOfCopiesNeedsAWholeIndex) {
  const Options limited = {"--max-copied-words", "8", "--seed", "1"};
  const auto fault = [&] {
    try {
      Output(limited);
    } catch (const base::Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(fault().find("originality is missing"), std::string::npos);
  EXPECT_NE(fault().find("`artspeak corpus originality DATASET --output "),
            std::string::npos);
  base::WriteFileAtomically(directory_ / "originality", "damaged");
  EXPECT_NE(fault().find("too short"), std::string::npos);
  EXPECT_NE(fault().find("make it again"), std::string::npos);
}

TEST_F(GenerateCommandTest, KeysAndValuesMayBeRounded) {
  const Options options = {"--json", "--nsamples", "4", "--length",
                           "200",    "--seed",     "1", "--temperature",
                           "1",      "--top-p",    "1", "--truncate",
                           "",       "--kv"};
  const auto texts = [&](const char* kv) {
    return nlohmann::json::parse(Output(options + Options{kv})).at("samples");
  };
  EXPECT_EQ(texts("int8"), texts("int8"));
  EXPECT_NE(texts("int8"), texts("fp32"));
  EXPECT_THROW(texts("int4"), CLI::ParseError);
}

TEST_F(GenerateCommandTest, APromptOfAHundredThousandCharactersIsAnswered) {
  std::string prompt;
  while (prompt.size() < 100'000) prompt += "art is ";
  const auto answer = nlohmann::json::parse(
      Output({"--json", "--seed", "5", "--nsamples", "2", "--length", "3",
              "--truncate", "", "--prompt", prompt}));
  ASSERT_EQ(answer.at("samples").size(), 2u);
  EXPECT_EQ(answer.at("samples").at(0).at("tokens"), 3);
}

TEST_F(GenerateCommandTest, WhatIsTruncatedAtIsNotSoughtInThePrompt) {
  const Options options = {"--json", "--seed",   "5",        "--nsamples",
                           "1",      "--prompt", "art | is", "--temperature",
                           "1"};
  const std::string whole =
      TextOf(Output(options + Options{"--truncate", ""}), 0);
  ASSERT_EQ(whole.find(" | "), std::string::npos) << "choose another seed";
  // No match leaves the text whole, the prompt's own is none.
  EXPECT_EQ(TextOf(Output(options + Options{"--truncate", " | "}), 0), whole);
  EXPECT_EQ(
      TextOf(Output(options + Options{"--truncate", " | ", "--include-prompt"}),
             0),
      "art | is" + whole);
}

TEST_F(GenerateCommandTest, PromptAndLengthMayBeLongerThanTheContext) {
  const auto answer = nlohmann::json::parse(
      Output({"--json", "--seed", "5", "--nsamples", "2", "--length", "100",
              "--truncate", "", "--temperature", "1", "--prompt",
              "La lumière est dans le café, près de la gare, et la nuit"}));
  for (const auto& sample : answer.at("samples")) {
    EXPECT_EQ(sample.at("tokens"), 100);  // six times the context
  }
}

TEST_F(GenerateCommandTest, WrongUsageIsTold) {
  for (const Options& options : {Options{"--seed", "-1"},
                                 Options{"--seed", "99999999999999999999"},
                                 Options{"--nsamples", "0"},
                                 Options{"--max-copied-words", "-1"},
                                 Options{"--max-copied-words", "two"},
                                 Options{"--length", "0"},
                                 Options{"--temperature", "nan"},
                                 Options{"--temperature", "-1"},
                                 Options{"--top-k", "-1"},
                                 Options{"--top-p", "-1"},
                                 Options{"--top-p", "2"},
                                 Options{"--top-p", "nan"},
                                 Options{"--stop", ""},
                                 Options{"--min-p", "1.5"},
                                 Options{"--typical-p", "-1"},
                                 Options{"--repetition-penalty", "0"},
                                 Options{"--banned", ""},
                                 Options{"--logit-bias", "5"},
                                 Options{"--logit-bias", "5:"},
                                 Options{"--logit-bias", ":5"},
                                 Options{"--logit-bias", "5:1x"},
                                 Options{"--logit-bias", "5:nan"},
                                 Options{"--logit-bias", "99999999999:1"}}) {
    EXPECT_THROW(Output(options), CLI::ParseError) << options[0];
  }
}

}  // namespace
}  // namespace artspeak::app
