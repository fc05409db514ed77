#include "train/run_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "gpt2/model_directory.h"
#include "tests/support/training_run.h"

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

TEST(RunFolder, KeepsOnlyTheLastCheckpoint) {
  TestRun run;
  TrainOptions options = Steps(7);
  options.save_every = 2;
  run.Train(options);
  std::vector<std::string> names;
  for (const auto& entry :
       fs::directory_iterator(run.directory() / "checkpoints")) {
    names.push_back(entry.path().filename());
  }
  EXPECT_EQ(names, std::vector<std::string>{"000007"});
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
