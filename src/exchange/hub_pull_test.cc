#include "exchange/hub_pull.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "gpt2/model_directory.h"
#include "tests/support/hub_double.h"
#include "tests/support/quick_clock.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"
#include "text/tokenizer.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const HubName kName = {"tiny/model"};

class HubPull : public ::testing::Test {
 protected:
  HubPull() {
    testing::SaveTinyModel(folder_ / "tiny", 16);
    hub_ = std::make_unique<testing::HubDouble>(folder_ / "tiny");
  }

  HubModel Find() {
    HubClient client({hub_->endpoint(), ""}, clock_, {}, {});
    return FindOnHub(client, kName);
  }

  fs::path PullNow() {
    HubClient client({hub_->endpoint(), ""}, clock_, {}, {});
    return Pull(
        client, cache_, FindOnHub(client, kName),
        [&](const base::Progress& progress) { progress_.push_back(progress); });
  }

  std::string Fault() {
    try {
      PullNow();
    } catch (const Error& error) {
      return error.what();
    }
    ADD_FAILURE() << "it was pulled";
    return "";
  }

  std::vector<std::string> Names(const HubModel& model) {
    std::vector<std::string> names;
    for (const HubFile& file : model.files) names.push_back(file.name);
    return names;
  }

  testing::TempDir folder_;
  std::unique_ptr<testing::HubDouble> hub_;
  testing::QuickClock clock_;
  const HubCache cache_{folder_ / "cache", kName};
  std::vector<base::Progress> progress_;
};

TEST_F(HubPull, AModelIsLoadedFromWhereItWasPulled) {
  const fs::path snapshot = PullNow();
  EXPECT_EQ(cache_.Find(), snapshot);
  gpt2::LoadParameters(snapshot);
  text::Tokenizer::Load(snapshot);
  for (const char* name :
       {"config.json", "vocab.json", "merges.txt", "model.safetensors"}) {
    EXPECT_TRUE(base::ReadFile(snapshot / name) ==
                base::ReadFile(folder_ / "tiny" / name))
        << name;
    EXPECT_TRUE(fs::is_symlink(snapshot / name));
  }
  EXPECT_EQ(progress_.back().done, Find().bytes());
  EXPECT_EQ(progress_.back().total, Find().bytes());
}

TEST_F(HubPull, WhatIsHereIsNotPulledAgain) {
  PullNow();
  const size_t asked = hub_->hub_requests().size();
  fs::remove_all(cache_.snapshot(hub_->Commit()));
  PullNow();
  EXPECT_EQ(hub_->hub_requests().size(), asked + 1);  // the listing
  EXPECT_EQ(hub_->store_requests().size(), 1u);
  EXPECT_NE(cache_.Find(), std::nullopt);
}

TEST_F(HubPull, ABlobOfAnotherSizeIsPulledAgain) {
  EXPECT_FALSE(IsPulled(cache_, Find()));
  PullNow();
  EXPECT_TRUE(IsPulled(cache_, Find()));
  const HubFile weights = Find().files.back();
  fs::resize_file(cache_.blob(weights), 100);
  EXPECT_FALSE(IsPulled(cache_, Find()));
  PullNow();
  EXPECT_EQ(fs::file_size(cache_.blob(weights)),
            static_cast<uintmax_t>(weights.size));
}

TEST_F(HubPull, ProgressOfAResumedPullBeginsWhereItIs) {
  const HubFile weights = Find().files.back();
  cache_.Prepare();
  const std::string content =
      base::ReadFile(folder_ / "tiny" / "model.safetensors");
  base::WriteFileAtomically(cache_.blob(weights).string() + ".incomplete",
                            content.substr(0, 5000));
  PullNow();
  EXPECT_EQ(progress_.front().done, 5000);
  for (size_t i = 1; i < progress_.size(); ++i) {
    EXPECT_GE(progress_[i].done, progress_[i - 1].done);
  }
}

TEST_F(HubPull, AWrongHashIsThrownAwayAndTheModelIsNone) {
  const std::string good = hub_->Get("model.safetensors").content;
  std::string bad = good;
  bad[good.size() / 2] ^= 1;
  hub_->SetFault(
      [&](const net::Request& request) -> std::optional<testing::ServerAnswer> {
        if (request.target != "/model.safetensors") return {};
        return testing::ServerAnswer{{200, {}, bad}};
      });
  EXPECT_THAT(Fault(), HasSubstr("thrown away"));
  EXPECT_EQ(cache_.Find(), std::nullopt);
  EXPECT_FALSE(fs::exists(cache_.snapshot(hub_->Commit())));
  hub_->SetFault(nullptr);
  PullNow();
  EXPECT_NE(cache_.Find(), std::nullopt);
}

TEST_F(HubPull, AnotherKindOfModelIsRefusedBeforeItsWeights) {
  hub_->Add("config.json", R"({"model_type": "llama"})");
  EXPECT_THAT(Fault(), HasSubstr("llama"));
  EXPECT_TRUE(hub_->store_requests().empty());
  EXPECT_EQ(cache_.Find(), std::nullopt);
}

TEST_F(HubPull, TheTokenizerMayBeOneFile) {
  EXPECT_THAT(Names(Find()), ElementsAre("config.json", "vocab.json",
                                         "merges.txt", "model.safetensors"));
  hub_->Remove("vocab.json");
  EXPECT_THAT(Fault(), HasSubstr("has no vocab.json"));
  hub_->Add("tokenizer.json", "{}");
  EXPECT_THAT(Names(Find()), ElementsAre("config.json", "tokenizer.json",
                                         "model.safetensors"));
  hub_->Add("vocab.json", "{}");
  hub_->Remove("merges.txt");
  EXPECT_THAT(Names(Find()), ElementsAre("config.json", "tokenizer.json",
                                         "model.safetensors"));
}

TEST_F(HubPull, AddedTokensComeWithTheTokenizer) {
  hub_->Add("added_tokens.json", "{}");
  EXPECT_THAT(Names(Find()),
              ElementsAre("config.json", "vocab.json", "merges.txt",
                          "added_tokens.json", "model.safetensors"));
}

TEST_F(HubPull, WeightsMayLieInSeveralFiles) {
  hub_->Remove("model.safetensors");
  hub_->Add("model-1.safetensors", "one", true);
  hub_->Add("model-2.safetensors", "two", true);
  hub_->Add("model.safetensors.index.json",
            R"({"weight_map": {"a": "model-2.safetensors",
                               "b": "model-1.safetensors"}})");
  EXPECT_THAT(Names(Find()),
              ElementsAre("config.json", "vocab.json", "merges.txt",
                          "model.safetensors.index.json", "model-1.safetensors",
                          "model-2.safetensors"));
  PullNow();
  EXPECT_NE(cache_.Find(), std::nullopt);
  hub_->Add("model.safetensors.index.json",
            R"({"weight_map": {"a": "../../x.safetensors"}})");
  EXPECT_THAT(Fault(), HasSubstr("no safetensors file beside it"));
  hub_->Add("model.safetensors.index.json",
            R"({"weight_map": {"a": "model-3.safetensors"}})");
  EXPECT_THAT(Fault(), HasSubstr("has no model-3.safetensors"));
}

TEST_F(HubPull, PickledWeightsAreRefused) {
  hub_->Remove("model.safetensors");
  hub_->Add("pytorch_model.bin", "pickle", true);
  EXPECT_THAT(Fault(), HasSubstr("convert it to safetensors"));
  hub_->Remove("pytorch_model.bin");
  EXPECT_THAT(Fault(), HasSubstr("has no model.safetensors"));
}

TEST_F(HubPull, ASmallFileThatIsHugeIsRefused) {
  hub_->Add("config.json", "{}").listed_size = size_t{1} << 39;
  EXPECT_THAT(Fault(), HasSubstr("config.json of 549755813888 bytes"));
}

TEST_F(HubPull, TwoPullsOfOneModelExcludeEachOther) {
  cache_.Prepare();
  const base::FileLock lock(cache_.lock(Find().files.back()));
  EXPECT_THAT(Fault(), HasSubstr("in use"));
  EXPECT_EQ(cache_.Find(), std::nullopt);
}

TEST_F(HubPull, AMovedRevisionLeavesTheOldSnapshotUntilTheNewIsWhole) {
  const std::string old(40, 'b');
  for (const HubFile& file : Find().files) {
    cache_.Prepare();
    base::WriteFileAtomically(cache_.blob(file), "old");
    cache_.Link(old, file);
    fs::rename(cache_.blob(file), cache_.blob({"", 0, "old-" + file.name}));
    base::ReplaceLinkAtomically("../../blobs/old-" + file.name,
                                cache_.snapshot(old) / file.name);
  }
  cache_.SetCommit(old);
  hub_->SetFault(
      [&](const net::Request& request) -> std::optional<testing::ServerAnswer> {
        if (request.target != "/model.safetensors") return {};
        return testing::ServerAnswer{{404, {}, ""}};
      });
  Fault();
  EXPECT_EQ(cache_.Find(), cache_.snapshot(old));
  hub_->SetFault(nullptr);
  PullNow();
  EXPECT_EQ(cache_.Find(), cache_.snapshot(hub_->Commit()));
}

}  // namespace
}  // namespace artspeak::exchange
