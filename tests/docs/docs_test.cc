// What README.md and docs/ say must be so: every command line with its options
// is one that the program knows, every configuration passes its check, every
// link and every file that they name is there.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak {
namespace {

namespace fs = std::filesystem;

struct Answer {
  int status = -1;
  std::string output;  // of both streams
};

Answer RunCommand(const std::string& command) {
  Answer answer;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return answer;
  char bytes[4096];
  while (const size_t count = fread(bytes, 1, sizeof bytes, pipe)) {
    answer.output.append(bytes, count);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) answer.status = WEXITSTATUS(status);
  return answer;
}

std::vector<fs::path> Pages() {
  std::vector<fs::path> pages = {testing::SourceDir() / "README.md"};
  for (const auto& entry :
       fs::directory_iterator(testing::SourceDir() / "docs")) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

std::vector<std::string> AllMatches(const std::string& text,
                                    const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end;
       at != end; ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

// The fenced blocks of a page that begin with ```LANGUAGE.
std::vector<std::string> Blocks(const std::string& page,
                                const std::string& language) {
  return AllMatches(
      page, std::regex("(?:^|\n)```" + language + "\n([^`]*)\n```(?=\n|$)"));
}

// Lines that a reader would type: "artspeak …", a line's "\" joined to the
// next, in blocks and between backticks.
std::vector<std::string> CommandLines(const std::string& page) {
  std::vector<std::string> lines =
      AllMatches(page, std::regex("`(artspeak [^`\n]*)`"));
  for (const std::string& block : Blocks(page, "")) {
    std::istringstream rest(
        std::regex_replace(block, std::regex("\\\\\n"), " "));
    for (std::string line; std::getline(rest, line);) {
      if (line.starts_with("artspeak ")) lines.push_back(line);
    }
  }
  return lines;
}

class CommandHelp {
 public:
  // Of "artspeak WORDS --help".
  const std::string& Of(const std::string& words) {
    auto [it, is_new] = known_.try_emplace(words);
    if (is_new) {
      const Answer answer = RunCommand(ARTSPEAK_PROGRAM " " + words + "--help");
      EXPECT_EQ(answer.status, 0) << words << answer.output;
      it->second = answer.output;
    }
    return it->second;
  }

  // What is wrong with a line of the documents; empty if it could be typed.
  std::string FaultOf(const std::string& line) {
    std::istringstream rest(line.substr(std::string("artspeak ").size()));
    std::string command;
    for (std::string word; rest >> word;) {
      const std::string& help = Of(command);
      const size_t subcommands = help.find("\nSubcommands:");
      if (subcommands == std::string::npos) break;
      if (help.find("\n  " + word + " ", subcommands) == std::string::npos) {
        return fmt::format("artspeak {}has no {}", command, word);
      }
      command += word + " ";
    }
    for (const std::string& option :
         AllMatches(line, std::regex("[\\s\\[](--[a-z0-9-]+)"))) {
      if (!std::regex_search(Of(command),
                             std::regex("\\s" + option + "(?![a-z0-9-])"))) {
        return fmt::format("artspeak {}has no {}", command, option);
      }
    }
    return "";
  }

 private:
  std::map<std::string, std::string> known_;
};

TEST(Docs, EveryCommandAndOptionIsOneOfTheProgram) {
  CommandHelp help;
  EXPECT_NE(help.FaultOf("artspeak paint"), "");
  EXPECT_NE(help.FaultOf("artspeak admin reviews burn ID"), "");
  EXPECT_NE(help.FaultOf("artspeak crawl recipe.toml --archiv a.db"), "");
  EXPECT_NE(help.FaultOf("artspeak admin queue [--xml]"), "");
  size_t checked = 0;
  for (const fs::path& page : Pages()) {
    for (const std::string& line : CommandLines(base::ReadFile(page))) {
      EXPECT_EQ(help.FaultOf(line), "") << page << ": " << line;
      ++checked;
    }
  }
  EXPECT_GE(checked, 15u);
}

TEST(Docs, EveryConfigurationPassesItsCheck) {
  testing::TempDir folder;
  testing::SaveTinyModel(folder / "model", 16);
  for (const char* copy : {"site", "mine"}) {
    fs::create_directory_symlink(testing::SourceDir() / "site", folder / copy);
  }
  base::WriteFileAtomically(folder / "held-words.txt", "");
  size_t checked = 0;
  for (const fs::path& page : Pages()) {
    for (const std::string& block : Blocks(base::ReadFile(page), "toml")) {
      base::WriteFileAtomically(folder / "artspeak.toml", block + "\n");
      const Answer answer = RunCommand(
          fmt::format("env ARTSPEAK_MODEL_PATH=model {} admin config check "
                      "--config {}",
                      ARTSPEAK_PROGRAM, (folder / "artspeak.toml").string()));
      EXPECT_EQ(answer.status, 0) << page << "\n" << answer.output;
      ++checked;
    }
  }
  EXPECT_GE(checked, 2u);
}

TEST(Docs, AModelThatIsDamagedDoesNotPassTheCheck) {
  testing::TempDir folder;
  testing::SaveTinyModel(folder / "model", 16);
  fs::create_directory_symlink(testing::SourceDir() / "site", folder / "site");
  base::WriteFileAtomically(folder / "artspeak.toml",
                            "[model]\npath = \"model\"\n");
  const std::string check =
      fmt::format("{} admin config check --config {}", ARTSPEAK_PROGRAM,
                  (folder / "artspeak.toml").string());
  EXPECT_EQ(RunCommand(check).status, 0);
  fs::resize_file(folder / "model" / "model.safetensors", 1000);
  EXPECT_EQ(RunCommand(check).status, 1);
}

TEST(Docs, EveryLinkLeadsSomewhere) {
  for (const fs::path& page : Pages()) {
    for (const std::string& link :
         AllMatches(base::ReadFile(page),
                    std::regex("\\[[^\\]]*\\]\\(([^)#:]+)\\)"))) {
      EXPECT_TRUE(fs::exists(page.parent_path() / link))
          << page << ": " << link;
    }
  }
}

// `room/file`, with or without its ending: the map of the house.
TEST(Docs, EveryFileOfTheSourceTreeThatIsNamedIsThere) {
  const fs::path source = testing::SourceDir() / "src";
  size_t checked = 0;
  for (const fs::path& page : Pages()) {
    for (const std::string& name :
         AllMatches(base::ReadFile(page),
                    std::regex("`(?:src/)?([a-z0-9]+/[a-z0-9_]+)(?:\\.h)?`"))) {
      if (!fs::exists(source / fs::path(name).parent_path())) continue;
      EXPECT_TRUE(fs::exists(source / (name + ".h"))) << page << ": " << name;
      ++checked;
    }
  }
  EXPECT_GE(checked, 30u);
}

}  // namespace
}  // namespace artspeak
