#include "exchange/tensorflow_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/error.h"
#include "exchange/tensorflow_variables.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class TensorflowCheckpointTest : public ::testing::Test {
 protected:
  void Write(const fs::path& name, const std::string& content = "") {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  // A "checkpoint" file that names `path`, written as it stands.
  void WriteState(const std::string& path) {
    Write("checkpoint", "model_checkpoint_path: " + path +
                            "\nall_model_checkpoint_paths: \"other-1\"\n");
  }
  void ExpectPrefix(const fs::path& source, const fs::path& prefix) {
    EXPECT_TRUE(IsTensorflowCheckpoint(source)) << source;
    EXPECT_EQ(FindTensorflowCheckpoint(source).prefix, prefix) << source;
  }
  void ExpectNotFound(const fs::path& source, const std::string& reason) {
    EXPECT_THAT([&] { FindTensorflowCheckpoint(source); },
                ThrowsMessage<Error>(HasSubstr(reason)));
  }
  gpt2::Config ReadConfig(const BundleIndex& index = {}) {
    return ReadTensorflowConfig({.prefix = folder_ / "model-1"}, index);
  }
  void ExpectConfigRefused(const std::string& hparams,
                           const std::string& reason) {
    Write("hparams.json", hparams);
    EXPECT_THAT([&] { ReadConfig(); }, ThrowsMessage<Error>(HasSubstr(reason)));
  }

  testing::TempDir folder_;
};

TEST_F(TensorflowCheckpointTest, ARunsStateFileNamesTheCheckpoint) {
  Write("model-100.index");
  Write("model-200.index");
  WriteState("\"model-100\"");
  ExpectPrefix(folder_.path(), folder_ / "model-100");
  const auto checkpoint = FindTensorflowCheckpoint(folder_.path());
  EXPECT_EQ(checkpoint.step, 100);
  EXPECT_TRUE(checkpoint.is_run);
  EXPECT_EQ(checkpoint.directory(), folder_.path());
}

TEST_F(TensorflowCheckpointTest, OpenAisModelIsNoRun) {
  Write("model.ckpt.index");
  WriteState("\"model.ckpt\"");
  const auto checkpoint = FindTensorflowCheckpoint(folder_.path());
  EXPECT_EQ(checkpoint.prefix, folder_ / "model.ckpt");
  EXPECT_EQ(checkpoint.step, std::nullopt);
  EXPECT_FALSE(checkpoint.is_run);
  Write("counter", "5\n");
  EXPECT_TRUE(FindTensorflowCheckpoint(folder_.path()).is_run);
}

TEST_F(TensorflowCheckpointTest, APathOfAnotherMachineMeansTheFileBesideIt) {
  Write("model-100.index");
  for (const char* path :
       {R"("/content/drive/checkpoint/run1/model-100")",
        R"("C:\\Users\\me\\checkpoint\\run1\\model-100")",
        R"('/home/me/it\'s "mine"/model-100')",
        R"("checkpoint/run1/model-100")", R"("\057tmp\x2fmodel-\x31\60\60")"}) {
    WriteState(path);
    ExpectPrefix(folder_.path(), folder_ / "model-100");
  }
}

TEST_F(TensorflowCheckpointTest, APathElsewhereIsFollowed) {
  Write("elsewhere/model-7.index");
  WriteState("\"elsewhere/model-7\"");
  ExpectPrefix(folder_.path(), folder_ / "elsewhere/model-7");
  WriteState("\"" + (folder_ / "elsewhere/model-7").string() + "\"");
  ExpectPrefix(folder_.path(), folder_ / "elsewhere/model-7");
  // But not past what lies beside: the folder may be a copy.
  Write("model-7.index");
  ExpectPrefix(folder_.path(), folder_ / "model-7");
}

TEST_F(TensorflowCheckpointTest, StateFilesThatNameNothingAreRefused) {
  Write("model-100.index");
  Write("checkpoint", "model_checkpoint_path: model-100");
  ExpectNotFound(folder_.path(), "does not name a checkpoint");
  WriteState("\"model-300\"");
  ExpectNotFound(folder_.path(), "names model-300, but there is no");
  WriteState("\"" + std::string(10'000, 'x') + "\"");
  ExpectNotFound(folder_.path(), "but there is no");
  Write("checkpoint", std::string(2 << 20, ' '));
  ExpectNotFound(folder_.path(), "too large");
}

TEST_F(TensorflowCheckpointTest, WithoutAStateFileTheHighestStepIsTaken) {
  Write("model.ckpt.index");
  ExpectPrefix(folder_.path(), folder_ / "model.ckpt");
  Write("model.other.index");
  ExpectNotFound(folder_.path(), "holds 2 TensorFlow checkpoints");
  Write("model-900.index");
  Write("model-1000.index");
  Write("model-x.index");
  Write("model-99999999999999999999.index");
  ExpectPrefix(folder_.path(), folder_ / "model-1000");
}

TEST_F(TensorflowCheckpointTest, APrefixOrAnIndexFileIsTakenAsItIs) {
  Write("model-100.index");
  Write("model-200.index");
  WriteState("\"model-200\"");
  ExpectPrefix(folder_ / "model-100", folder_ / "model-100");
  ExpectPrefix(folder_ / "model-100.index", folder_ / "model-100");
}

TEST_F(TensorflowCheckpointTest, OtherPlacesAreNone) {
  Write("model.safetensors");
  Write("model.safetensors.index.json");
  for (const fs::path& source :
       {folder_.path(), folder_ / "missing", folder_ / "model.safetensors",
        folder_ / "missing.index", fs::path(std::string(10'000, 'x'))}) {
    EXPECT_FALSE(IsTensorflowCheckpoint(source)) << source;
  }
  ExpectNotFound(folder_.path(), "holds no TensorFlow checkpoint");
  ExpectNotFound(folder_ / "missing", "there is no TensorFlow checkpoint at");
}

TEST_F(TensorflowCheckpointTest, HparamsGiveTheDimensions) {
  Write("hparams.json",
        R"({"n_vocab":11,"n_ctx":5,"n_embd":12,"n_head":3,"n_layer":2})");
  EXPECT_EQ(ReadConfig(), (gpt2::Config{.vocab_size = 11,
                                        .context = 5,
                                        .layers = 2,
                                        .width = 12,
                                        .heads = 3}));
}

TEST_F(TensorflowCheckpointTest, HparamsThatCannotBeAreRefused) {
  ExpectConfigRefused("", "not a JSON object");
  ExpectConfigRefused("[]", "not a JSON object");
  ExpectConfigRefused(std::string(100'000, '['), "not a JSON object");
  ExpectConfigRefused(std::string(2 << 20, ' '), "too large");
  ExpectConfigRefused(R"({"n_vocab":11})", "no whole number \"n_ctx\"");
  for (const char* heads :
       {"0", "-1", "2.0", "\"2\"", "null", "[2]", "18446744073709551615"}) {
    ExpectConfigRefused(std::string(R"({"n_vocab":11,"n_ctx":5,"n_embd":12,)"
                                    R"("n_layer":2,"n_head":)") +
                            heads + "}",
                        "no whole number \"n_head\"");
  }
  ExpectConfigRefused(
      R"({"n_vocab":11,"n_ctx":5,"n_embd":12,"n_layer":2,"n_head":5})",
      "multiple of the heads");
  ExpectConfigRefused(
      R"({"n_vocab":99999999,"n_ctx":5,"n_embd":12,"n_layer":2,"n_head":3})",
      "hparams.json");
}

TEST_F(TensorflowCheckpointTest, WithoutHparamsTheShapesTellOpenAisSizes) {
  for (const auto& [layers, width, heads] :
       {std::tuple(12, 768, 12), std::tuple(24, 1024, 16),
        std::tuple(36, 1280, 20), std::tuple(48, 1600, 25)}) {
    const gpt2::Config config{.layers = layers, .width = width, .heads = heads};
    BundleIndex index;
    for (const TensorflowVariable& variable : TensorflowVariables(config)) {
      index.entries[variable.name] = {.dtype = "float32",
                                      .shape = variable.shape};
    }
    EXPECT_EQ(ReadConfig(index), config);
    index.entries["model/wte"].shape = {50258, width};
    EXPECT_THAT([&] { ReadConfig(index); },
                ThrowsMessage<Error>(HasSubstr("hparams.json is missing")));
  }
}

}  // namespace
}  // namespace artspeak::exchange
