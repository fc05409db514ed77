#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "app/commands.h"
#include "base/error.h"
#include "base/file.h"
#include "corpus/reader.h"
#include "tests/support/npz_file.h"
#include "tests/support/testing.h"
#include "text/trainer.h"

namespace artspeak::app {
namespace {

using testing::TempDir;

// Runs "artspeak corpus ARGUMENTS"; returns what it prints.
std::string RunCorpus(const std::string& arguments) {
  CLI::App app;
  AddCorpusCommand(app);
  ::testing::internal::CaptureStdout();
  std::string error;
  try {
    app.parse("corpus " + arguments);
  } catch (const base::Error& fault) {
    error = fault.what();
  }
  std::fflush(stdout);
  return ::testing::internal::GetCapturedStdout() + error;
}

TEST(CorpusCommand, ExportCleansAndSaysWhatItDropped) {
  TempDir directory;
  const std::string input = (directory / "in.jsonl").string();
  const std::string output = (directory / "out.csv").string();
  base::WriteFileAtomically(input,
                            "{\"text\": \"On  blue &amp; red\"}\n"
                            "{\"text\": \"on blue & red.\"}\n"
                            "{\"text\": \"&nbsp;\"}\n");
  const std::string answer =
      RunCorpus("export " + input + " --output " + output);
  EXPECT_NE(answer.find("read 3 documents"), std::string::npos) << answer;
  EXPECT_NE(answer.find("1 blank and 1 duplicate, wrote 1 "), std::string::npos)
      << answer;
  const auto documents = corpus::ReadDataset(output);
  ASSERT_EQ(documents.size(), 1u);
  EXPECT_EQ(documents[0].text, "On blue & red");
}

TEST(CorpusCommand, StatsAnswerInJson) {
  TempDir directory;
  const std::string input = (directory / "in.txt").string();
  base::WriteFileAtomically(input, "one two three");
  const auto answer = nlohmann::json::parse(RunCorpus("stats --json " + input));
  EXPECT_EQ(answer["documents"], 1);
  EXPECT_EQ(answer["words"]["longest"], 3);
  EXPECT_FALSE(answer.contains("tokens"));
}

TEST(CorpusCommand, StatsCountTokensWithAndWithoutTheirModel) {
  TempDir directory;
  const text::Tokenizer tokenizer =
      text::TrainTokenizer(std::vector<std::string>{"a"}, 257, {});
  tokenizer.Save(directory / "model");
  const std::string input = (directory / "in.npz").string();
  base::WriteFileAtomically(
      input, testing::Npz({tokenizer.Encode("one two<|endoftext|>\nthree")}));
  const auto alone = nlohmann::json::parse(RunCorpus("stats --json " + input));
  EXPECT_EQ(alone["documents"], 1);
  EXPECT_EQ(alone["tokens"]["total"], 26);
  const auto spelled = nlohmann::json::parse(RunCorpus(
      "stats --json --model " + (directory / "model").string() + " " + input));
  EXPECT_EQ(spelled["documents"], 2);
  EXPECT_EQ(spelled["words"]["total"], 3);
  EXPECT_EQ(spelled["tokens"]["total"], 12);
  const std::string answer = RunCorpus("export " + input + " --output " +
                                       (directory / "o.csv").string());
  EXPECT_NE(answer.find("give the text"), std::string::npos) << answer;
}

TEST(CorpusCommand, OriginalityFindsTheLongestSharedPassages) {
  TempDir directory;
  const std::string dataset = (directory / "in.csv").string();
  const std::string texts = (directory / "texts.jsonl").string();
  const std::string index = (directory / "originality").string();
  base::WriteFileAtomically(dataset,
                            "text,title\n"
                            "Nothing here.,First\n"
                            "\"It is oil on wood, they say, and old.\",Oil\n");
  base::WriteFileAtomically(
      texts,
      "{\"text\": \"Call it what it is: OIL on wood they say. New\"}\n"
      "{\"text\": \"Is oil on wood and old\"}\n");
  EXPECT_NE(RunCorpus("originality " + dataset + " --output " + index)
                .find("2 documents, 11 words"),
            std::string::npos);
  const std::string told = RunCorpus("originality " + dataset + " " + texts);
  EXPECT_NE(told.find("7 words of text 1, also in document 2, Oil\n"
                      "  it is: OIL on wood they say\n"),
            std::string::npos)
      << told;
  for (const std::string& from : {dataset, index}) {
    const auto answer = nlohmann::json::parse(
        RunCorpus("originality --json " + from + " " + texts));
    EXPECT_EQ(answer["texts"], 2);
    EXPECT_EQ(answer["words"], 17);
    EXPECT_EQ(answer["longest_copy"], 7);
    EXPECT_EQ(answer["copied_share"], 0);
    EXPECT_EQ(answer["copied_share_5"], 7.0 / 17);
    ASSERT_EQ(answer["passages"].size(), 1u);
    EXPECT_EQ(answer["passages"][0]["words"], 7);
    EXPECT_EQ(answer["passages"][0]["document"], 2);
  }
}

TEST(CorpusCommand, OriginalityShowsNoWordTwice) {
  TempDir directory;
  const std::string dataset = (directory / "in.jsonl").string();
  const std::string text = (directory / "text.txt").string();
  base::WriteFileAtomically(dataset,
                            "{\"text\": \"a b c d e f g\"}\n"
                            "{\"text\": \"c d e f g h i j\"}\n");
  base::WriteFileAtomically(text, "a b c d e f g h i j");
  const auto answer = nlohmann::json::parse(
      RunCorpus("originality --json " + dataset + " " + text));
  ASSERT_EQ(answer["passages"].size(), 1u);
  EXPECT_EQ(answer["passages"][0]["passage"], "c d e f g h i j");
  EXPECT_EQ(answer["copied_share_5"], 1);
}

TEST(CorpusCommand, OriginalityOfADamagedIndexIsOneSentence) {
  TempDir directory;
  const std::string dataset = (directory / "in.txt").string();
  const std::string index = (directory / "originality").string();
  base::WriteFileAtomically(dataset, "one two three");
  RunCorpus("originality " + dataset + " --output " + index);
  std::string bytes = base::ReadFile(index);
  bytes[70] = static_cast<char>(bytes[70] ^ 1);
  base::WriteFileAtomically(index, bytes);
  EXPECT_NE(
      RunCorpus("originality " + index + " " + dataset)
          .find("is damaged (its checksum does not match): make it again"),
      std::string::npos);
  EXPECT_NE(RunCorpus("originality " + dataset).find("nothing to do"),
            std::string::npos);
}

TEST(CorpusCommand, AnEmptyDataSetIsOneSentence) {
  TempDir directory;
  const std::string input = (directory / "in.csv").string();
  base::WriteFileAtomically(input, "text\n");
  const std::string answer = RunCorpus("export " + input + " --output " +
                                       (directory / "o.csv").string());
  EXPECT_NE(answer.find("is empty"), std::string::npos) << answer;
  EXPECT_FALSE(std::filesystem::exists(directory / "o.csv"));
}

}  // namespace
}  // namespace artspeak::app
