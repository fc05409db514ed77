#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ReportCommand : public ::testing::Test {
 protected:
  ReportCommand() : before_(fs::current_path()) {
    fs::current_path(directory_.path());
    MakeRun("runs/one", "3.5");
    MakeRun("runs/two", "3.25");
    MakeRun("elsewhere/one", "2.5");
  }
  ~ReportCommand() override { fs::current_path(before_); }

  static void MakeRun(const fs::path& run, const std::string& loss) {
    fs::create_directories(run);
    std::ofstream(run / "log.jsonl")
        << "{\"step\": 10, \"loss\": " << loss << "}\n";
  }

  // What the command prints.
  static std::string Output(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"artspeak", "report"});
    CLI::App app;
    AddReportCommand(app);
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
  fs::path before_;
};

TEST_F(ReportCommand, WritesOneRunsReportIntoItsFolder) {
  EXPECT_EQ(Output({"one"}), "runs/one/report.html\n");
  EXPECT_THAT(base::ReadFile("runs/one/report.html"),
              AllOf(HasSubstr("<h1>one</h1>"), HasSubstr("3.500")));
  EXPECT_EQ(Output({"elsewhere/one/"}), "elsewhere/one/report.html\n");
}

TEST_F(ReportCommand, AFolderNamedByDotsHasItsOwnName) {
  const fs::path run = fs::canonical("runs/one");
  fs::create_directories(run / "samples");
  for (const auto& [place, name] :
       {std::pair{run, "."}, {run / "samples", ".."}}) {
    fs::current_path(place);
    EXPECT_EQ(Output({name}), (run / "report.html").string() + "\n");
    EXPECT_THAT(base::ReadFile(run / "report.html"), HasSubstr("<h1>one</h1>"));
    fs::remove(run / "report.html");
  }
}

TEST_F(ReportCommand, WritesSeveralSideBySide) {
  EXPECT_EQ(Output({"one", "two"}), "runs/report.html\n");
  EXPECT_THAT(base::ReadFile("runs/report.html"),
              AllOf(HasSubstr("<h1>one · two</h1>"), HasSubstr("3.250")));
  EXPECT_EQ(Output({"two", "one", "elsewhere/one", "--output", "all.html"}),
            "all.html\n");
  // Runs of one name are told apart by their folders.
  EXPECT_THAT(base::ReadFile("all.html"),
              HasSubstr("<h1>two · runs/one · elsewhere/one</h1>"));
}

TEST_F(ReportCommand, WhatIsNoRunIsOneSentence) {
  EXPECT_THROW(Output({"three"}), base::Error);
  EXPECT_THROW(Output({"one", "three"}), base::Error);
  EXPECT_THROW(Output({"one", "--output", "nowhere/x.html"}), base::Error);
  EXPECT_FALSE(fs::exists("runs/one/report.html"));
}

}  // namespace
}  // namespace artspeak::app
