// artspeak corpus originality: how much of a text stands word for word in a
// data set.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/say.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "base/with_commas.h"
#include "corpus/originality.h"
#include "corpus/passage_file.h"
#include "corpus/passage_index.h"
#include "corpus/reader.h"

namespace artspeak::app {

namespace {

constexpr size_t kPassagesShown = 10;
constexpr size_t kShortestShown = 5;  // words
constexpr size_t kShares[] = {5, corpus::kCopyWords, 12};

struct Options {
  std::string dataset, column, texts, output;
  bool json = false;
};

void Notice(const std::string& line) { fmt::print(stderr, "{}\n", line); }

struct NamedIndex {
  corpus::PassageIndex index;
  std::vector<std::string> titles;  // of its documents, where they are known

  std::string TitleOf(size_t document) const {
    return document < titles.size() ? titles[document] : "";
  }
};

NamedIndex IndexOf(const Options& options) {
  const std::string& dataset = options.dataset;
  if (corpus::IsPassageFile(dataset)) {
    return {corpus::OpenPassageFile(dataset).index, {}};
  }
  const std::vector<corpus::Document> documents = corpus::ReadDataset(
      dataset, {.column = options.column, .notice = Notice});
  corpus::PassageIndexBuilder builder;
  std::vector<std::string> titles;
  base::ProgressBar bar({.label = "originality", .unit = "documents"});
  for (const corpus::Document& document : documents) {
    builder.Add(document.text);
    titles.push_back(document.title);
    bar.Update({.done = static_cast<int64_t>(titles.size()),
                .total = static_cast<int64_t>(documents.size()),
                .note = {}});
  }
  return {builder.Finish(), std::move(titles)};
}

// A passage of one of the texts.
struct Found {
  size_t text = 0;  // by its number from 0
  corpus::SharedPassage passage;
};

// All texts together.
struct Measure {
  std::vector<corpus::Document> texts;
  std::vector<corpus::Originality> originality;  // of each

  size_t Words() const {
    size_t words = 0;
    for (const auto& text : originality) words += text.words.size();
    return words;
  }

  double CopiedShare(size_t least) const {
    double copied = 0;
    for (const auto& text : originality) {
      copied +=
          text.CopiedShare(least) * static_cast<double>(text.words.size());
    }
    const size_t words = Words();
    return words == 0 ? 0 : copied / static_cast<double>(words);
  }

  size_t LongestCopy() const {
    size_t longest = 0;
    for (const auto& text : originality) {
      longest = std::max(longest, text.LongestCopy());
    }
    return longest;
  }

  // The longest first; none has words of another.
  std::vector<Found> LongestPassages() const {
    std::vector<Found> all, chosen;
    for (size_t i = 0; i < originality.size(); ++i) {
      for (const auto& passage : originality[i].passages) {
        if (passage.words >= kShortestShown) all.push_back({i, passage});
      }
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.passage.words > b.passage.words;
    });
    for (const Found& found : all) {
      if (chosen.size() == kPassagesShown) break;
      const auto overlaps = [&](const Found& other) {
        const auto& [a, b] = std::pair(found.passage, other.passage);
        return found.text == other.text &&
               a.first_word < b.first_word + b.words &&
               b.first_word < a.first_word + a.words;
      };
      if (std::none_of(chosen.begin(), chosen.end(), overlaps)) {
        chosen.push_back(found);
      }
    }
    return chosen;
  }

  // As it stands in the text.
  std::string Spelled(const Found& found) const {
    const auto& words = originality[found.text].words;
    const auto& passage = found.passage;
    const size_t begin = words[passage.first_word].begin;
    const size_t end = words[passage.first_word + passage.words - 1].end;
    return texts[found.text].text.substr(begin, end - begin);
  }
};

void PrintJson(const Measure& measure, const NamedIndex& index) {
  nlohmann::ordered_json passages = nlohmann::ordered_json::array();
  for (const Found& found : measure.LongestPassages()) {
    passages.push_back(
        {{"words", found.passage.words},
         {"passage", base::ToValidUtf8(measure.Spelled(found))},
         {"text", found.text + 1},
         {"document", found.passage.document + 1},
         {"title", base::ToValidUtf8(index.TitleOf(found.passage.document))}});
  }
  nlohmann::ordered_json answer = {
      {"texts", measure.texts.size()},
      {"words", measure.Words()},
      {"longest_copy", measure.LongestCopy()},
      {"copied_share", measure.CopiedShare(corpus::kCopyWords)}};
  for (const size_t least : kShares) {
    if (least == corpus::kCopyWords) continue;
    answer[fmt::format("copied_share_{}", least)] = measure.CopiedShare(least);
  }
  answer["passages"] = passages;
  fmt::print("{}\n", answer.dump());
}

void Print(const Measure& measure, const NamedIndex& index) {
  fmt::print("texts        {:>8}   {} words\n", measure.texts.size(),
             base::WithCommas(static_cast<int64_t>(measure.Words())));
  fmt::print("longest copy {:>8}   words in a row\n", measure.LongestCopy());
  for (const size_t least : kShares) {
    fmt::print("copied       {:>6.1f} %   in passages of {} words or more\n",
               100 * measure.CopiedShare(least), least);
  }
  for (const Found& found : measure.LongestPassages()) {
    const std::string title = index.TitleOf(found.passage.document);
    fmt::print("\n{} words of text {}, also in document {}{}\n  {}\n",
               found.passage.words, found.text + 1, found.passage.document + 1,
               title.empty() ? "" : ", " + base::OneLine(title),
               base::OneLine(measure.Spelled(found)));
  }
}

void Run(const Options& options) {
  if (options.texts.empty() && options.output.empty()) {
    throw base::UsageError(
        "nothing to do: name a text to measure, or say --output to keep the "
        "index of the data set");
  }
  const NamedIndex index = IndexOf(options);
  if (!options.output.empty()) {
    corpus::WritePassageFile(options.output, index.index,
                             corpus::DatasetDigest(options.dataset));
    if (!options.json) {
      Say("Wrote {}: the passages of {} documents, {} words", options.output,
          base::WithCommas(static_cast<int64_t>(index.index.documents())),
          base::WithCommas(static_cast<int64_t>(index.index.words())));
    }
  }
  if (options.texts.empty()) return;
  Measure measure;
  measure.texts =
      corpus::ReadDataset(options.texts, {.column = "", .notice = Notice});
  for (const corpus::Document& text : measure.texts) {
    measure.originality.push_back(
        corpus::MeasureOriginality(text.text, index.index));
  }
  options.json ? PrintJson(measure, index) : Print(measure, index);
}

}  // namespace

void AddCorpusOriginality(CLI::App& corpus) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = corpus.add_subcommand(
      "originality", "Find what texts share word for word with a data set");
  command
      ->add_option("DATASET", options->dataset,
                   "an archive, .txt, .csv, .jsonl, a folder of them, or an "
                   "index: a run's is runs/NAME/originality")
      ->required();
  command->add_option("TEXTS", options->texts,
                      "what to measure: a .txt, .csv, .jsonl or folder");
  command->add_option("--column", options->column,
                      "the column or key that holds the data set's text");
  command->add_option("--output", options->output,
                      "keep the data set's index in this file");
  command->add_flag("--json", options->json, "print one JSON object");
  command->footer(
      "Example: artspeak corpus originality reviews.csv texts.txt\n"
      "A model that is no run takes the index that lies in its folder:\n"
      "  artspeak corpus originality reviews.csv --output "
      "models/base/originality");
  command->callback([options] { Run(*options); });
}

}  // namespace artspeak::app
