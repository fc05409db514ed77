// artspeak crawl: collects an archive from the web by recipe.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "app/commands.h"
#include "app/interrupt.h"
#include "archive/crawler.h"
#include "base/error.h"
#include "base/progress.h"

namespace artspeak::app {

namespace {

struct CrawlArguments {
  std::filesystem::path recipe;
  std::filesystem::path archive = "archive.db";
  int64_t limit = 0;
  bool failures = false;
  bool json = false;
};

// Reasons may quote what a server sent: whatever is no UTF-8 is replaced.
void PrintJson(const nlohmann::ordered_json& json) {
  fmt::print("{}\n",
             json.dump(-1, ' ', false,
                       nlohmann::ordered_json::error_handler_t::replace));
}

void PrintFailures(const CrawlArguments& arguments) {
  if (!std::filesystem::exists(arguments.archive)) {
    throw base::Error("{} does not exist: crawl first, or name the archive",
                      arguments.archive.string());
  }
  const archive::ArchiveDatabase database(arguments.archive);
  const auto failures = database.Failures();
  if (arguments.json) {
    auto list = nlohmann::ordered_json::array();
    for (const archive::Failure& failure : failures) {
      list.push_back({{"url", failure.url}, {"reason", failure.reason}});
    }
    PrintJson({{"failures", std::move(list)}});
    return;
  }
  for (const archive::Failure& failure : failures) {
    fmt::print("{}\n  {}\n", failure.url, failure.reason);
  }
  if (failures.empty()) fmt::print("no page failed\n");
}

void PrintReport(const CrawlArguments& arguments,
                 const archive::CrawlReport& report) {
  if (arguments.json) {
    PrintJson({{"documents", report.documents},
               {"new_documents", report.new_documents},
               {"failed", report.failed},
               {"skipped", report.skipped},
               {"pending", report.pending},
               {"stopped", report.stopped}});
    return;
  }
  const std::string archive = arguments.archive.string();
  const std::string again = fmt::format("artspeak crawl {} --archive {}",
                                        arguments.recipe.string(), archive);
  std::string line = fmt::format("{} texts in {} ({} new)", report.documents,
                                 archive, report.new_documents);
  if (report.failed > 0) {
    line += fmt::format(", {} failed ({} --failures lists them)", report.failed,
                        again);
  }
  if (report.pending > 0) {
    line += fmt::format(", {} links to go ({} goes on)", report.pending, again);
  }
  line += fmt::format("; next: artspeak corpus export {} --output reviews.csv",
                      archive);
  fmt::print("{}\n", line);
}

void RunCrawl(const CrawlArguments& arguments) {
  if (arguments.failures) return PrintFailures(arguments);
  const InterruptGuard interrupt;
  const auto recipe = archive::LoadRecipe(arguments.recipe);
  archive::ArchiveDatabase database(arguments.archive);
  archive::CrawlReport report;
  {
    base::ProgressBar bar({.label = "crawl", .unit = "pages"});
    report = archive::Crawl(recipe, database, {.limit = arguments.limit},
                            bar.callback(), interrupt.token());
  }
  if (report.documents == 0 && report.failed > 0) {
    const auto failures = database.Failures();
    throw base::Error("no text was found; {}: {}", failures[0].url,
                      failures[0].reason);
  }
  PrintReport(arguments, report);
}

}  // namespace

void AddCrawlCommand(CLI::App& app) {
  const auto arguments = std::make_shared<CrawlArguments>();
  CLI::App* command = app.add_subcommand(
      "crawl", "collect an archive of texts from the web by recipe");
  command->add_option("recipe", arguments->recipe, "the recipe, a TOML file")
      ->type_name("RECIPE.toml")
      ->required();
  command
      ->add_option("--archive", arguments->archive,
                   "where the texts are collected; an archive that is there "
                   "is gone on with")
      ->type_name("FILE")
      ->capture_default_str();
  command
      ->add_option("--limit", arguments->limit,
                   "stop after this many texts; 0 is all")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str();
  command->add_flag("--failures", arguments->failures,
                    "crawl nothing, but list the pages that failed and why");
  command->add_flag("--json", arguments->json, "answer with one JSON object");
  command->footer(
      "Example:\n"
      "  artspeak crawl reviews.toml --archive reviews.db --limit 20\n\n"
      "reviews.toml:\n"
      "  start = \"https://example.org/reviews/\"\n"
      "  delay = [0.5, 1.5]          # seconds between two requests\n"
      "  [links]                     # rules are CSS selectors\n"
      "  pages = \"ul.reviews a\"      # links to the texts\n"
      "  next = \"a.next-page\"        # links to more lists of links\n"
      "  [page]\n"
      "  body = \"article p\"\n"
      "  title = \"h1\"\n"
      "  date = \"time@datetime\"\n");
  command->callback([arguments] { RunCrawl(*arguments); });
}

}  // namespace artspeak::app
