// artspeak report: how one run learned, or several side by side, as a page.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/report_writer.h"
#include "app/say.h"
#include "base/error.h"

namespace artspeak::app {
namespace {

namespace fs = std::filesystem;

const fs::path kRuns = "runs";

struct Arguments {
  std::vector<std::string> runs;
  std::string output;
};

// A run is named by its name or its folder.
fs::path RunDirectory(const std::string& name) {
  for (const fs::path& folder : {fs::path(name), kRuns / name}) {
    if (!train::IsRun(folder)) continue;
    fs::path normal = (folder / "").lexically_normal().parent_path();
    const fs::path last = normal.filename();
    // "." and ".." are no names for a page.
    const bool named = !last.empty() && last != "." && last != "..";
    return named ? normal : fs::canonical(folder / ".");
  }
  throw base::Error(
      "there is no run {}: give the name of a run in {}/, or a run's folder",
      name, kRuns.string());
}

void Run(const Arguments& arguments) {
  std::vector<fs::path> folders;
  for (const std::string& name : arguments.runs) {
    folders.push_back(RunDirectory(name));
  }
  std::vector<train::RunRecord> records;
  for (const fs::path& folder : folders) {
    const bool alone =
        std::count_if(folders.begin(), folders.end(),
                      [&](const fs::path& other) {
                        return other.filename() == folder.filename();
                      }) == 1;
    records.push_back(
        train::RunRecordReader(
            folder, alone ? folder.filename().string() : folder.string())
            .Read());
  }
  fs::path output = arguments.output;
  if (output.empty()) {
    output = (folders.size() == 1 ? folders[0] : folders[0].parent_path()) /
             "report.html";
  }
  WriteReport(records, output);
  Say("{}", output.string());
}

}  // namespace

void AddReportCommand(CLI::App& app) {
  auto* command = app.add_subcommand(
      "report", "how a run learned as a page, or several runs side by side");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("runs", arguments->runs, "names of runs, or their folders")
      ->required();
  command->add_option("--output", arguments->output,
                      "the page [report.html in the run's folder; of several "
                      "runs, in the folder above]");
  command->footer(
      "Prints where the page is. Example:\n  artspeak report run1 run2");
  command->callback([arguments] { Run(*arguments); });
}

}  // namespace artspeak::app
