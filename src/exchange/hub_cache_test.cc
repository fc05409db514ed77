#include "exchange/hub_cache.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;

const std::string kCommit(40, 'c');

class HubCacheTest : public ::testing::Test {
 protected:
  // As a pull leaves a file: a blob, and a link to it.
  void Put(const HubCache& cache, const std::string& name,
           const std::string& content = "x") {
    const HubFile file = {name, 1, "digest-of-" + name};
    cache.Prepare();
    base::WriteFileAtomically(cache.blob(file), content);
    cache.Link(kCommit, file);
  }

  testing::TempDir folder_;
};

TEST_F(HubCacheTest, LiesAsThePythonLibraryLaysIt) {
  const HubCache cache(folder_.path(), {"owner/name", "refs/pr/1"});
  Put(cache, "config.json", "{}");
  cache.SetCommit(kCommit);
  const fs::path model = folder_ / "models--owner--name";
  EXPECT_EQ(base::ReadFile(model / "refs/refs/pr/1"), kCommit);
  EXPECT_EQ(fs::read_symlink(model / "snapshots" / kCommit / "config.json"),
            "../../blobs/digest-of-config.json");
  EXPECT_EQ(base::ReadFile(model / "snapshots" / kCommit / "config.json"),
            "{}");
  EXPECT_EQ(cache.lock({"config.json", 1, "d"}),
            folder_ / ".locks/models--owner--name/d.lock");
}

TEST_F(HubCacheTest, FindsOnlyWholeModels) {
  const HubCache cache(folder_.path(), {"gpt2"});
  EXPECT_EQ(cache.Find(), std::nullopt);
  cache.SetCommit(kCommit);
  for (const char* name : {"vocab.json", "merges.txt", "model.safetensors"}) {
    Put(cache, name);
    EXPECT_EQ(cache.Find(), std::nullopt) << name;
  }
  Put(cache, "config.json");
  EXPECT_EQ(cache.Find(), cache.snapshot(kCommit));
  const HubCache by_commit(folder_.path(), {"gpt2", kCommit});
  EXPECT_EQ(by_commit.Find(), cache.snapshot(kCommit));
  const HubCache by_tag(folder_.path(), {"gpt2", "v1"});
  EXPECT_EQ(by_tag.Find(), std::nullopt);
  fs::remove(cache.blob({"merges.txt", 1, "digest-of-merges.txt"}));
  EXPECT_EQ(cache.Find(), std::nullopt);
  Put(cache, "tokenizer.json");
  EXPECT_NE(cache.Find(), std::nullopt);
}

TEST_F(HubCacheTest, WeightsInSeveralFilesMustAllBeThere) {
  const HubCache cache(folder_.path(), {"gpt2"});
  cache.SetCommit(kCommit);
  Put(cache, "tokenizer.json");
  Put(cache, "config.json");
  Put(cache, "model.safetensors.index.json",
      R"({"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}})");
  Put(cache, "1.safetensors");
  EXPECT_EQ(cache.Find(), std::nullopt);
  Put(cache, "2.safetensors");
  EXPECT_NE(cache.Find(), std::nullopt);
  base::WriteFileAtomically(cache.blob({"", 1,
                                        "digest-of-model.safetensors.index"
                                        ".json"}),
                            "damaged");
  EXPECT_EQ(cache.Find(), std::nullopt);
}

TEST_F(HubCacheTest, ADamagedReferenceIsNone) {
  const HubCache cache(folder_.path(), {"gpt2"});
  for (const char* name :
       {"tokenizer.json", "model.safetensors", "config.json"})
    Put(cache, name);
  const std::string elsewhere = "../../elsewhere";
  fs::create_directory_symlink(cache.snapshot(kCommit), folder_ / "elsewhere");
  ASSERT_TRUE(IsWholeModel(cache.snapshot(elsewhere)));
  cache.SetCommit(elsewhere);
  EXPECT_EQ(cache.Find(), std::nullopt);
}

}  // namespace
}  // namespace artspeak::exchange
