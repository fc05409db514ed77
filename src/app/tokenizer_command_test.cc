#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>
#include <string>

#include "app/commands.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"
#include "text/tokenizer.h"

namespace artspeak::app {
namespace {

using testing::TempDir;

// Runs "artspeak tokenizer ARGUMENTS" on `input`; returns what it prints.
std::string RunTokenizer(const std::string& arguments,
                         const std::string& input) {
  CLI::App app;
  AddTokenizerCommand(app);
  std::istringstream in(input);
  std::streambuf* const before = std::cin.rdbuf(in.rdbuf());
  ::testing::internal::CaptureStdout();
  std::string error;
  try {
    app.parse("tokenizer " + arguments);
  } catch (const base::Error& fault) {
    error = fault.what();
  }
  std::cin.rdbuf(before);
  std::cin.clear();
  std::cout.flush();
  return ::testing::internal::GetCapturedStdout() + error;
}

class TokenizerCommand : public ::testing::Test {
 protected:
  TokenizerCommand() {
    base::WriteFileAtomically(directory_ / "a.jsonl",
                              "{\"text\": \"the café and the theatre\"}\n");
    trained_ = RunTokenizer("train " + (directory_ / "a.jsonl").string() +
                                " --vocab-size 260 --output " + model_,
                            "");
  }

  TempDir directory_;
  const std::string model_ = (directory_ / "vocabulary").string();
  std::string trained_;
};

TEST_F(TokenizerCommand, TrainWritesAVocabulary) {
  EXPECT_NE(trained_.find("260 tokens"), std::string::npos) << trained_;
  EXPECT_EQ(text::Tokenizer::Load(model_).vocab_size(), 260);
}

TEST_F(TokenizerCommand, EncodeAndDecodeAnswerLineByLine) {
  const std::string texts = "\"the\"\n\"\"\n\"a\\nb ☃\"\n";
  const std::string ids = RunTokenizer("encode " + model_, texts);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), '\n'), 3) << ids;
  EXPECT_NE(ids.find("\n[]\n"), std::string::npos) << ids;
  EXPECT_EQ(RunTokenizer("decode " + model_, ids), texts);
}

TEST_F(TokenizerCommand, SpecialReadsTheMarkerAsOneToken) {
  const std::string line = "\"<|endoftext|>\"\n";
  EXPECT_EQ(RunTokenizer("encode --special " + model_, line), "[259]\n");
  EXPECT_NE(RunTokenizer("encode " + model_, line), "[259]\n");
}

TEST_F(TokenizerCommand, ACutCharacterIsShownAsReplaced) {
  const std::string ids = RunTokenizer("encode " + model_, "\"é\"");
  const std::string half = ids.substr(0, ids.find(',')) + "]";
  EXPECT_EQ(RunTokenizer("decode " + model_, half), "\"\uFFFD\"\n");
}

TEST_F(TokenizerCommand, ABadLineIsNamed) {
  for (const std::string bad :
       {"", "Hello", "[1]", "\"\xFF\"", "\"\\ud800\""}) {
    const std::string answer =
        RunTokenizer("encode " + model_, "\"a\"\n" + bad + "\n");
    EXPECT_NE(answer.find("line 2"), std::string::npos) << bad << answer;
  }
  for (const std::string bad : {"", "1", "[-1]", "[260]", "[1.5]", "[\"1\"]",
                                "[99999999999999999999]", "{}"}) {
    const std::string answer =
        RunTokenizer("decode " + model_, "[1]\n" + bad + "\n");
    EXPECT_NE(answer.find("line 2"), std::string::npos) << bad << answer;
  }
}

}  // namespace
}  // namespace artspeak::app
