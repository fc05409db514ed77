#include "tests/faults/finetune_run.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "tests/faults/process.h"

namespace artspeak::faults {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> With(std::vector<std::string> command,
                              std::vector<std::string> more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

std::vector<std::string> Lively(const std::string& run_name) {
  return {"finetune",
          "data.txt",
          "--run-name",
          run_name,
          "--model",
          "new",
          "--layers",
          "2",
          "--width",
          "32",
          "--heads",
          "2",
          "--context",
          "32",
          "--vocab-size",
          "300",
          "--print-every",
          "1",
          "--dropout",
          "0.1",
          "--accumulate-gradients",
          "2",
          "--clip-norm",
          "1",
          "--schedule",
          "cosine",

          "--threads",
          "1",
          "--yield-to",
          ""};  // whatever else the machine does
}

// Every file's bytes, by its name.
std::map<std::string, std::string> FilesIn(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files[entry.path().filename()] = base::ReadFile(entry.path());
  }
  return files;
}

std::vector<std::string> LogOf(const fs::path& run) {
  std::istringstream stream(base::ReadFile(run / "log.jsonl"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    auto json = nlohmann::json::parse(line);
    for (const char* field :
         {"start", "seconds", "tokens_per_second", "peak_memory_bytes"}) {
      EXPECT_EQ(json.erase(field), 1u) << field;
    }
    lines.push_back(json.dump());
  }
  return lines;
}

}  // namespace

void Finetune::MakeDataset(const fs::path& directory) {
  constexpr const char* kWords[] = {"a painting ", "of the sea ",
                                    "hangs ",      "in a quiet room ",
                                    "and nobody ", "looks. "};
  base::RandomStream random(3);
  std::ofstream file(directory / "data.txt");
  for (int i = 0; i < 1500; ++i) file << kWords[random.Below(6)];
}

std::vector<std::string> Finetune::Command(const std::string& run_name,
                                           int64_t steps) {
  return With(Lively(run_name),
              {"--steps", std::to_string(steps), "--save-every", "6",
               "--validate-every", "15", "--sample-every", "20",
               "--learning-rate", "1e-3", "--warmup-steps", "5"});
}

std::vector<std::string> Finetune::ShortCommand(const std::string& run_name) {
  return With(Lively(run_name),
              {"--steps", "4", "--save-every", "1", "--validate-every", "2",
               "--sample-every", "2", "--learning-rate", "1e-2"});
}

double Finetune::RunStraight(const std::vector<std::string>& command) {
  const base::Stopwatch watch;
  Process process(directory_.path(), command);
  EXPECT_EQ(process.Wait(), 0) << process.errors();
  return watch.seconds();
}

bool Finetune::HasFinished(const fs::path& run) {
  std::error_code none;
  if (!fs::exists(run / "latest/state", none)) return false;
  const std::string state = base::ReadFile(run / "latest/state");
  // The last step may have been interrupted before its validation.
  if (state.find("\"pending\":") != state.npos) return false;
  const auto number = [&](const char* field) {
    return std::strtoll(&state[state.find(field) + std::strlen(field)], nullptr,
                        10);
  };
  return number("\"step\":") == number("\"leg_end\":");
}

void Finetune::ExpectSameCheckpoint(const fs::path& run) const {
  const fs::path straight = Run("straight");
  EXPECT_TRUE(base::ReadFile(straight / "latest/state") ==
              base::ReadFile(run / "latest/state"));
  // A step that was saved before its validation and again after it has its
  // second checkpoint under another name: 000060-2.
  const auto best_step = [](const fs::path& run) {
    const std::string name = base::ReadFile(run / "latest/best");
    return name.substr(0, name.find('-'));
  };
  EXPECT_EQ(best_step(straight), best_step(run));
  EXPECT_TRUE(FilesIn(straight / "latest/model") ==
              FilesIn(run / "latest/model"));
  EXPECT_EQ(LogOf(straight), LogOf(run));
}

void Finetune::ExpectSameAsStraight(const fs::path& run) const {
  ExpectSameCheckpoint(run);
  const fs::path straight = Run("straight");
  for (const char* folder : {"model", "best/model", "samples"}) {
    const auto expected = FilesIn(straight / folder);
    const auto found = FilesIn(run / folder);
    EXPECT_TRUE(expected == found) << folder;
    EXPECT_EQ(expected.size(), found.size()) << folder;
  }
  for (const auto& entry : fs::directory_iterator(run / "checkpoints")) {
    EXPECT_TRUE(fs::equivalent(entry, run / "latest") ||
                fs::equivalent(entry, run / "best"))
        << entry;
  }
  for (const auto& entry : fs::recursive_directory_iterator(run)) {
    EXPECT_NE(entry.path().extension(), ".tmp") << entry;
  }
  EXPECT_THAT(base::ReadFile(run / "report.html"),
              ::testing::HasSubstr("</html>"));
}

}  // namespace artspeak::faults
