#include "train/run_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "gpt2/model_directory.h"
#include "tests/support/full_disk.h"
#include "tests/support/training_run.h"
#include "train/checksums.h"

namespace artspeak::train {
namespace {

namespace fs = std::filesystem;

TrainOptions Steps(int64_t steps) {
  TrainOptions options;
  options.steps = steps;
  return options;
}

TEST(RunFolder, HoldsAModelThatOthersCanOpen) {
  TestRun run;
  run.Train(Steps(2));
  const fs::path model = run.directory() / "model";
  EXPECT_EQ(gpt2::Config::Load(model), run.config);
  EXPECT_EQ(text::Tokenizer::Load(model).vocab_size(), run.config.vocab_size);
  EXPECT_EQ(fs::read_symlink(run.directory() / "latest"), "checkpoints/000002");
  EXPECT_EQ(fs::read_symlink(model), "latest/model");
}

std::vector<std::string> Checkpoints(const TestRun& run) {
  std::vector<std::string> names;
  for (const auto& entry :
       fs::directory_iterator(run.directory() / "checkpoints")) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

TEST(RunFolder, KeepsOnlyTheLastCheckpoint) {
  TestRun run;
  TrainOptions options = Steps(7);
  options.save_every = 2;
  run.Train(options);
  EXPECT_EQ(Checkpoints(run), Names{"000007"});
}

// A run whose second checkpoint is its best and whose fourth is its last.
class BestCheckpoint : public ::testing::Test {
 protected:
  BestCheckpoint() {
    RunFolder folder(run_.directory());
    state_.base = "new";
    for (const int64_t step : {1, 2, 3, 4}) {
      if (step == 2) state_.best_step = 2;
      SaveStep(folder, step);
    }
  }

  void SaveStep(RunFolder& folder, int64_t step) {
    gpt2::Parameters parameters = run_.Begin().parameters;
    parameters.flat()[0] = static_cast<float>(step);
    state_.step = step;
    folder.Save(parameters, run_.tokenizer, state_);
  }

  // Of the model that the link `name` leads to.
  float StepIn(const std::string& name) const {
    return gpt2::LoadParameters(run_.directory() / name / "model").flat()[0];
  }

  TestRun run_;
  TrainerState state_;
};

TEST_F(BestCheckpoint, IsKeptBesideTheLast) {
  EXPECT_EQ(fs::read_symlink(run_.directory() / "best"), "checkpoints/000002");
  EXPECT_EQ(StepIn("best"), 2);
  EXPECT_EQ(StepIn("latest"), 4);
  EXPECT_EQ(Checkpoints(run_), (Names{"000002", "000004"}));
  // Only the last is gone on from.
  EXPECT_FALSE(fs::exists(run_.directory() / "best" / "state"));
  EXPECT_TRUE(fs::exists(run_.directory() / "latest" / "state"));
}

TEST_F(BestCheckpoint, GivesWayToABetterOne) {
  RunFolder folder(run_.directory());
  state_.best_step = 5;
  SaveStep(folder, 5);
  EXPECT_EQ(Checkpoints(run_), Names{"000005"});
  EXPECT_EQ(StepIn("best"), 5);
  EXPECT_TRUE(fs::exists(run_.directory() / "best" / "state"));
}

TEST_F(BestCheckpoint, FollowsTheLastOneAfterACrash) {
  // `latest` was swapped, and then the power failed.
  const fs::path best = run_.directory() / "best";
  base::ReplaceLinkAtomically("checkpoints/000001", best);
  { const RunFolder again(run_.directory()); }
  EXPECT_EQ(fs::read_symlink(best), "checkpoints/000002");
  fs::remove(best);
  { const RunFolder again(run_.directory()); }
  EXPECT_EQ(StepIn("best"), 2);
  // A next one that was never made current changes nothing.
  fs::copy(run_.directory() / "checkpoints" / "000004",
           run_.directory() / "checkpoints" / "000006",
           fs::copy_options::recursive);
  { const RunFolder again(run_.directory()); }
  EXPECT_EQ(Checkpoints(run_), (Names{"000002", "000004"}));
}

TEST_F(BestCheckpoint, ThatIsGoneIsForgotten) {
  fs::remove_all(run_.directory() / "checkpoints" / "000002");
  const RunFolder folder(run_.directory());
  EXPECT_FALSE(folder.LoadState().best_step);
}

TEST_F(BestCheckpoint, ThatIsDamagedIsNamedAndKept) {
  const fs::path file = run_.directory() / "best/model/vocab.json";
  const RunFolder folder(run_.directory());
  EXPECT_FALSE(folder.BestFault());
  base::WriteFileAtomically(file, "{}");
  const std::string fault = folder.BestFault().value_or("");
  EXPECT_NE(fault.find("checkpoints/000002 is damaged (vocab.json)"),
            std::string::npos)
      << fault;
  EXPECT_EQ(folder.LoadState().best_step, 2);
  EXPECT_EQ(StepIn("best"), 2);
}

TEST_F(BestCheckpoint, IsAWayOnWhenTheLastIsDamaged) {
  const RunFolder folder(run_.directory());
  const auto fault = [&]() -> std::string {
    try {
      folder.LoadParameters(folder.LoadState());
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(fault(), "");
  for (const char* name :
       {"config.json", "vocab.json", "merges.txt", "model.safetensors"}) {
    const fs::path file = run_.directory() / "latest/model" / name;
    const std::string whole = base::ReadFile(file);
    std::string flipped = whole;
    flipped[whole.size() / 2] ^= 1;
    for (const std::string& content :
         {flipped, std::string(), std::string(whole.size(), '\0')}) {
      base::WriteFileAtomically(file, content);
      EXPECT_NE(fault().find(std::string(name) + " is not as it was saved"),
                std::string::npos);
      EXPECT_NE(fault().find("--restore-from " +
                             (run_.directory() / "best").string()),
                std::string::npos)
          << fault();
    }
    base::WriteFileAtomically(file, whole);
  }
  EXPECT_EQ(fault(), "");
}

TEST_F(BestCheckpoint, IsNoneWhereNothingWasValidated) {
  RunFolder folder(run_.directory());
  state_.best_step.reset();
  SaveStep(folder, 5);
  EXPECT_FALSE(fs::is_symlink(run_.directory() / "best"));
  EXPECT_EQ(Checkpoints(run_), Names{"000005"});
}

TEST_F(BestCheckpoint, ANameThatLeadsElsewhereIsNone) {
  for (const char* name : {"..", "../../run", "/tmp", "", "000009"}) {
    base::WriteFileAtomically(run_.directory() / "latest" / "best", name);
    const RunFolder again(run_.directory());
    EXPECT_FALSE(fs::is_symlink(run_.directory() / "best")) << name;
  }
  EXPECT_EQ(Checkpoints(run_), Names{"000004"});
}

TEST_F(BestCheckpoint, StandsWhenTheNextCannotBeSaved) {
  state_.best_step = 5;
  {
    RunFolder folder(run_.directory());
    const testing::FullDisk limit(4000);
    EXPECT_THROW(SaveStep(folder, 5), base::Error);
  }
  EXPECT_EQ(StepIn("best"), 2);
  EXPECT_EQ(StepIn("latest"), 4);
}

TEST(RunFolder, LinksThatAreMissingAreMadeAgain) {
  TestRun run;
  TrainOptions options = LivelyOptions();
  run.TrainAndInterruptAfter(7, options);
  ASSERT_EQ(Checkpoints(run), (Names{"000005", "000007"}));
  // A crash came before the first of them; or a copy left them all out.
  for (const auto& links : {Names{"model"}, Names{"latest", "best", "model"}}) {
    for (const std::string& link : links) fs::remove(run.directory() / link);
    EXPECT_TRUE(RunFolder::IsIn(run.directory()));
    EXPECT_EQ(run.Saved().state.step, 7);
    EXPECT_EQ(fs::read_symlink(run.directory() / "best"), "checkpoints/000005");
    EXPECT_EQ(fs::read_symlink(run.directory() / "model"), "latest/model");
  }
  EXPECT_EQ(Checkpoints(run), (Names{"000005", "000007"}));
}

TEST(RunFolder, OfCheckpointsWithoutALinkTheNewestIsTheLast) {
  TestRun run;
  run.Train(Steps(2));
  const fs::path checkpoints = run.directory() / "checkpoints";
  for (const char* name : {"000002-2", "000002-10", "000001", "1000000.tmp"}) {
    fs::copy(checkpoints / "000002", checkpoints / name,
             fs::copy_options::recursive);
  }
  fs::remove(run.directory() / "latest");
  { const RunFolder again(run.directory()); }
  EXPECT_EQ(fs::read_symlink(run.directory() / "latest"),
            "checkpoints/000002-10");
  EXPECT_EQ(Checkpoints(run), (Names{"000002", "000002-10"}));  // with its best
}

TEST(RunFolder, WithoutALastCheckpointNothingIsRemoved) {
  TestRun run;
  run.Train(Steps(2));
  fs::remove(run.directory() / "latest");
  fs::remove(run.directory() / "checkpoints/000002/state");
  EXPECT_FALSE(RunFolder::IsIn(run.directory()));
  { const RunFolder again(run.directory()); }
  EXPECT_TRUE(
      fs::exists(run.directory() / "checkpoints/000002/model/config.json"));
}

TEST(RunFolder, ASecondTrainerIsRefused) {
  TestRun run;
  const RunFolder first(run.directory());
  EXPECT_THROW(RunFolder second(run.directory()), base::Error);
}

TEST(RunFolder, WhatACrashLeftIsRemoved) {
  TestRun run;
  run.Train(Steps(2));
  const fs::path checkpoints = run.directory() / "checkpoints";
  fs::create_directories(checkpoints / "000004.tmp" / "model");
  fs::create_directories(checkpoints / "000003");  // renamed, never linked
  std::ofstream(run.directory() / "log.jsonl.17.tmp") << "x";
  std::ofstream(run.directory() / "samples" / "000002.txt.17.tmp") << "x";
  const RunFolder again(run.directory());
  EXPECT_FALSE(fs::exists(checkpoints / "000004.tmp"));
  EXPECT_FALSE(fs::exists(checkpoints / "000003"));
  EXPECT_FALSE(fs::exists(run.directory() / "log.jsonl.17.tmp"));
  EXPECT_FALSE(fs::exists(run.directory() / "samples" / "000002.txt.17.tmp"));
  EXPECT_EQ(again.LoadState().step, 2);
}

TEST(RunFolder, StartingAgainReplacesTheOldTrainingOnlyWhenTheNewOneIsSaved) {
  TestRun run;
  TrainOptions options = Steps(3);
  options.print_every = options.sample_every = 1;
  run.sampler = [](const gpt2::Parameters&, uint64_t) {
    return std::vector<std::string>{"text"};
  };
  run.Train(options);
  {
    RunFolder folder(run.directory());
    Snapshot start = run.Begin();
    start.state.base = "elsewhere";
    std::stop_source source;
    source.request_stop();
    run.TrainFrom(folder, std::move(start), options, source.get_token());
  }
  const TrainerState state = run.Saved().state;
  EXPECT_EQ(state.step, 0);
  EXPECT_EQ(state.base, "elsewhere");
  EXPECT_EQ(base::ReadFile(run.directory() / "log.jsonl"), "");
  EXPECT_TRUE(fs::is_empty(run.directory() / "samples"));
  EXPECT_EQ(run.Train(options), Ending::kFinished);
  EXPECT_EQ(run.Saved().state.step, 3);
}

TEST(RunFolder, TheSameStepCanBeSavedAgain) {
  TestRun run;
  run.Train(Steps(2));
  {
    RunFolder folder(run.directory());
    Snapshot saved{run.Begin().parameters, folder.LoadState()};
    folder.Save(saved.parameters, run.tokenizer, saved.state);
  }
  EXPECT_EQ(run.Saved().state.step, 2);
}

TEST(RunFolder, AModelThatIsNotTheStatesIsRefused) {
  TestRun run;
  run.Train(Steps(2));
  gpt2::SaveModel(run.directory() / "model", run.config,
                  run.Begin().parameters);
  EXPECT_THROW(run.Train(Steps(2)), base::Error);
  WriteChecksums(run.directory() / "model");
  EXPECT_THROW(run.Train(Steps(2)), base::Error);
}

TEST(RunFolder, TruncatedFilesAreOneSentence) {
  TestRun run;
  run.Train(Steps(2));
  const fs::path latest = run.directory() / "latest";
  for (const fs::path& file :
       {latest / "state", latest / "model" / "model.safetensors"}) {
    const std::string whole = base::ReadFile(file);
    for (const size_t length : {size_t{0}, size_t{10}, whole.size() - 1}) {
      base::WriteFileAtomically(file, whole.substr(0, length));
      EXPECT_THROW(run.Train(Steps(2)), base::Error) << file << length;
    }
    base::WriteFileAtomically(file, whole);
  }
  EXPECT_EQ(run.Train(Steps(2)), Ending::kFinished);
}

TEST(RunFolder, ACopyThatFollowedTheLinksIsRefusedAndKept) {
  TestRun run;
  run.Train(Steps(2));
  const fs::path latest = run.directory() / "latest";
  fs::remove(latest);
  fs::copy(run.directory() / "checkpoints" / "000002", latest,
           fs::copy_options::recursive);
  EXPECT_THROW(RunFolder{run.directory()}, base::Error);
  EXPECT_TRUE(fs::exists(run.directory() / "checkpoints" / "000002" / "state"));
}

TEST(RunFolder, AFileInItsPlaceIsOneSentence) {
  testing::TempDir directory;
  std::ofstream(directory / "run") << "x";
  EXPECT_THROW(RunFolder(directory / "run"), base::Error);
  EXPECT_THROW(RunFolder(directory / "run" / "below"), base::Error);
}

}  // namespace
}  // namespace artspeak::train
