#include "app/model_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "exchange/hub_cache.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ModelName : public ::testing::Test {
 protected:
  ModelName() { setenv("HF_HUB_CACHE", (directory_ / "hub").c_str(), 1); }
  ~ModelName() override { unsetenv("HF_HUB_CACHE"); }

  std::string FaultOf(const std::string& name) {
    try {
      LocalModelDirectory(name, runs_);
    } catch (const base::Error& error) {
      return error.what();
    }
    ADD_FAILURE() << name << " was found";
    return "";
  }

  testing::TempDir directory_;
  const fs::path runs_ = directory_ / "runs";
};

TEST_F(ModelName, AFolderIsItselfAndARunIsItsModel) {
  fs::create_directories(runs_ / "run1" / "model");
  fs::create_directories(directory_ / "base");
  std::ofstream(directory_ / "base" / "config.json") << "{}";

  EXPECT_EQ(ModelDirectory((directory_ / "base").string(), runs_),
            directory_ / "base");
  EXPECT_EQ(ModelDirectory("run1", runs_), runs_ / "run1" / "model");
  EXPECT_EQ(ModelDirectory((runs_ / "run1").string(), runs_),
            runs_ / "run1" / "model");
  EXPECT_THROW(ModelDirectory("run2", runs_), base::Error);
  EXPECT_THROW(ModelDirectory("", runs_), base::Error);
  EXPECT_THROW(ModelDirectory((directory_ / "base" / "config.json").string()),
               base::Error);
}

TEST_F(ModelName, ARunsBestIsNamedBehindIt) {
  fs::create_directories(runs_ / "run1" / "checkpoints/000400/model");
  fs::create_directories(runs_ / "run1" / "checkpoints/000500/model");
  fs::create_symlink("checkpoints/000500", runs_ / "run1" / "latest");
  EXPECT_THAT(FaultOf("run1/best"),
              AllOf(HasSubstr("run1 has no best"), Not(HasSubstr("pull"))));
  EXPECT_THAT(FaultOf((runs_ / "run1/best").string()), HasSubstr("no best"));
  EXPECT_THAT(FaultOf("run1/best/"), HasSubstr("run1 has no best"));
  fs::create_directories(runs_ / "latest");
  EXPECT_THAT(FaultOf("best"), HasSubstr("no model best"));
  EXPECT_THAT(FaultOf("run2/best"), HasSubstr("no model run2/best"));
  fs::create_symlink("checkpoints/000400", runs_ / "run1" / "best");
  EXPECT_EQ(ModelDirectory("run1/best", runs_),
            runs_ / "run1" / "best" / "model");
  EXPECT_EQ(ModelDirectory((runs_ / "run1/best").string(), runs_),
            runs_ / "run1" / "best" / "model");
}

// A data set's folder and the run that was trained on it often share a name.
TEST_F(ModelName, AFolderWithoutAModelDoesNotStandBeforeARun) {
  const fs::path before = fs::current_path();
  fs::current_path(directory_.path());
  fs::create_directories("reviews");
  std::ofstream("reviews/1.txt") << "a review";
  EXPECT_EQ(LocalModelDirectory("reviews", "runs"), "reviews");
  fs::create_directories("runs/reviews/model");
  EXPECT_EQ(LocalModelDirectory("reviews", "runs"), "runs/reviews/model");
  std::ofstream("reviews/config.json") << "{}";
  EXPECT_EQ(LocalModelDirectory("reviews", "runs"), "reviews");
  fs::current_path(before);
}

TEST_F(ModelName, ASizeIsThePulledModelUnlessARunIsCalledSo) {
  const std::string commit(40, 'c');
  const exchange::HubCache cache(directory_ / "hub", {"gpt2"});
  cache.Prepare();
  for (const char* name :
       {"vocab.json", "merges.txt", "model.safetensors", "config.json"}) {
    const exchange::HubFile file = {name, 0, name};
    base::WriteFileAtomically(cache.blob(file), "");
    cache.Link(commit, file);
  }
  cache.SetCommit(commit);
  EXPECT_EQ(ModelDirectory("124M", runs_), cache.snapshot(commit));
  EXPECT_EQ(ModelDirectory("gpt2", runs_), cache.snapshot(commit));
  EXPECT_EQ(ModelDirectory("gpt2@" + commit, runs_), cache.snapshot(commit));
  EXPECT_THAT(FaultOf("gpt2@v1"), HasSubstr("`artspeak model pull gpt2@v1`"));
  fs::create_directories(runs_ / "124M" / "model");
  EXPECT_EQ(ModelDirectory("124M", runs_), runs_ / "124M" / "model");
}

TEST_F(ModelName, OnlyWhatTheHubMayHaveIsAdvisedToBePulled) {
  EXPECT_THAT(FaultOf("355M"), HasSubstr("`artspeak model pull 355M`"));
  EXPECT_THAT(FaultOf("owner/name"), HasSubstr("model pull owner/name`"));
  EXPECT_THAT(FaultOf("run1"), Not(HasSubstr("pull")));
  EXPECT_THAT(FaultOf((directory_ / "none").string()), Not(HasSubstr("pull")));
}

TEST_F(ModelName, ATensorflowCheckpointIsToBeImported) {
  for (const char* file : {"checkpoint", "model-500.index"}) {
    const fs::path folder = directory_ / "tf" / file;
    fs::create_directories(folder);
    std::ofstream(folder / file) << "x";
    EXPECT_THAT(FaultOf(folder.string()),
                HasSubstr("`artspeak model import " + folder.string()));
    EXPECT_EQ(TokenizerDirectory(folder.string()), folder);
    std::ofstream(folder / "config.json") << "{}";
    EXPECT_EQ(ModelDirectory(folder.string()), folder);
  }
}

}  // namespace
}  // namespace artspeak::app
