// Encoding texts on one thread, beside tiktoken.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "bench/commands.h"
#include "bench/contender.h"
#include "bench/peers.h"
#include "bench/report.h"
#include "corpus/reader.h"
#include "text/tokenizer.h"
#include "text/trainer.h"

namespace artspeak::bench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// A round takes longer than the clock errs.
constexpr size_t kLeastBytes = 4'000'000;

std::vector<std::string> ReadTexts(const fs::path& file) {
  std::vector<fs::path> files = {file};
  if (file.empty()) {
    const fs::path source = ARTSPEAK_SOURCE_DIR;
    files = {source / "README.md"};
    for (const char* page :
         {"architecture", "decisions", "formats", "operations"}) {
      files.push_back(source / "docs" / fmt::format("{}.md", page));
    }
  }
  std::vector<std::string> texts;
  for (const fs::path& one : files) {
    for (corpus::Document& document : corpus::ReadDataset(one)) {
      texts.push_back(std::move(document.text));
    }
  }
  return texts;
}

size_t BytesOf(const std::vector<std::string>& texts) {
  size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  return bytes;
}

// Again and again until they are long enough, a JSON string a line.
size_t WriteTexts(const std::vector<std::string>& texts, const fs::path& file) {
  const size_t bytes = BytesOf(texts);
  const size_t times = (kLeastBytes + bytes - 1) / bytes;
  base::AtomicFile out(file);
  for (size_t time = 0; time < times; ++time) {
    for (const std::string& text : texts) {
      out.Write(nlohmann::json(text).dump() + "\n");
    }
  }
  out.Commit();
  return times * bytes;
}

Figures MegabytesPerSecond(const Result& result, size_t bytes) {
  Figures speed;
  for (const Json& answer : result.answers) {
    speed.Add(static_cast<double>(bytes) / answer.at("seconds").get<double>() /
              1e6);
  }
  return speed;
}

}  // namespace

Json RunTokenize(const TokenizeOptions& options) {
  constexpr int kLearntTokens = 1000;
  const std::vector<std::string> texts = ReadTexts(options.texts);
  const fs::path folder = options.folder / "tokenize";
  base::MakeDirectories(folder);
  const size_t bytes = WriteTexts(texts, folder / "texts.jsonl");
  Peers peers(options.peers);
  std::string vocabulary_name = options.vocabulary.string();
  fs::path vocabulary = options.vocabulary;
  if (vocabulary.empty()) {
    if (peers.WriteGpt2Vocabulary(folder / "gpt2")) {
      vocabulary = folder / "gpt2";
      vocabulary_name = "GPT-2's";
    } else {
      vocabulary = folder / "learnt";
      text::TrainTokenizer(texts, kLearntTokens, {}).Save(vocabulary);
      vocabulary_name = "learnt from the texts";
    }
  }
  const Json job = {{"vocabulary", vocabulary.string()},
                    {"texts", (folder / "texts.jsonl").string()}};
  std::vector<Entry> entries = {{OurRound("artspeak", "tokenize"), job}};
  for (const Contender& tiktoken : peers.Tiktoken()) {
    entries.push_back({tiktoken, job});
  }
  const std::vector<Result> results = Race(entries, options.rounds, [] {});
  Json report = {{"command", "tokenize"},
                 {"machine", Machine()},
                 {"bytes", bytes},
                 {"vocabulary", vocabulary_name},
                 {"results", ResultsToJson(results)}};
  fmt::print("{}\n\n{:.1f} MB, vocabulary: {}, one thread\n{}{}\n", Machine(),
             static_cast<double>(bytes) / 1e6, vocabulary_name,
             ShowResults(results), peers.Missing());
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].tokens != results.front().tokens) {
      throw base::Error(
          "{} made {} tokens of the texts and {} made {}: one of them is wrong",
          results.front().contender.name, results.front().tokens,
          results[i].contender.name, results[i].tokens);
    }
    const Figures speed = MegabytesPerSecond(results[i], bytes);
    report["results"][i]["megabytes_per_second"] = speed.ToJson();
    fmt::print("{}: {} MB/s\n", results[i].contender.name, speed.Show(1));
  }
  const double load = results.front().answers.back().at("load_seconds");
  report["load_seconds"] = load;
  fmt::print("artspeak reads the vocabulary in {:.0f} ms\n", 1e3 * load);
  return report;
}

}  // namespace artspeak::bench
