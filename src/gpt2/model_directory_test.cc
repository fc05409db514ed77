#include "gpt2/model_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/thread_pool.h"
#include "gpt2/model.h"
#include "gpt2/safetensors_writer.h"
#include "gpt2/test_model.h"
#include "tests/support/testing.h"

namespace artspeak::gpt2 {
namespace {

namespace fs = std::filesystem;
using base::Error;

class ModelDirectory : public ::testing::Test {
 protected:
  // The tensors as a list, so that a test can change it.
  std::vector<FloatTensor> Tensors(const std::string& prefix = "") {
    std::vector<FloatTensor> tensors;
    for (const auto& tensor : parameters_.tensors()) {
      tensors.push_back(
          {prefix + tensor.name, tensor.shape, parameters_.values(tensor)});
    }
    return tensors;
  }
  void Write(const std::vector<FloatTensor>& tensors) {
    parameters_.config().Save(folder_.path());
    WriteSafetensors(folder_ / "model.safetensors", tensors);
  }
  // The tensors in a.safetensors and b.safetensors in turn, and their index.
  void WriteShards() {
    parameters_.config().Save(folder_.path());
    std::vector<FloatTensor> shards[2];
    nlohmann::json places;
    for (FloatTensor& tensor : Tensors()) {
      const size_t shard = places.size() % 2;
      places[tensor.name] = shard == 0 ? "a.safetensors" : "b.safetensors";
      shards[shard].push_back(std::move(tensor));
    }
    WriteSafetensors(folder_ / "a.safetensors", shards[0]);
    WriteSafetensors(folder_ / "b.safetensors", shards[1]);
    base::WriteFileAtomically(folder_ / "model.safetensors.index.json",
                              nlohmann::json{{"weight_map", places}}.dump());
  }
  // Both ways to read refuse, with a sentence that names the folder.
  void ExpectRefused() {
    for (const bool mapped : {false, true}) {
      try {
        if (mapped) {
          Model::Load(folder_.path());
        } else {
          LoadParameters(folder_.path());
        }
        ADD_FAILURE() << "took a bad model";
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find(folder_.path().string()),
                  std::string::npos)
            << error.what();
      }
    }
  }

  testing::TempDir folder_;
  Parameters parameters_ = RandomParameters(SmallConfig());
};

TEST_F(ModelDirectory, DigestIsThatOfDimensionsAndTensors) {
  const auto digest = [&](int threads = 1) {
    base::ThreadPool pool(threads);
    return Model::Load(folder_.path())->Digest(pool);
  };
  WriteShards();
  const std::string before = digest();
  EXPECT_EQ(before.size(), 16u);
  fs::remove(folder_ / "model.safetensors.index.json");
  std::vector<FloatTensor> tensors = Tensors();
  Write(tensors);
  EXPECT_EQ(digest(), before) << "in one file as in shards";
  EXPECT_EQ(digest(3), before);

  Config config = parameters_.config();
  config.literal_markers = !config.literal_markers;
  config.Save(folder_.path());
  EXPECT_NE(digest(), before);
  config = parameters_.config();
  config.layer_norm_epsilon *= 2;
  config.Save(folder_.path());
  EXPECT_NE(digest(), before);

  float& last = parameters_.flat().back();
  last = std::nextafter(last, 9.0f);
  Write(Tensors());
  EXPECT_NE(digest(), before);
}

TEST_F(ModelDirectory, ComesBackAsSaved) {
  SaveModel(folder_ / "new/model", parameters_.config(), parameters_);
  const Parameters read = LoadParameters(folder_ / "new/model");
  EXPECT_EQ(read.config(), parameters_.config());
  EXPECT_TRUE(std::ranges::equal(read.flat(), parameters_.flat()));

  const auto model = Model::Load(folder_ / "new/model");
  EXPECT_EQ(model->weights().layers[1].fc_bias[3],
            parameters_.weights().layers[1].fc_bias[3]);
  EXPECT_EQ(model->weights().ln_f_bias[2], parameters_.weights().ln_f_bias[2]);
}

TEST_F(ModelDirectory, PrefixMasksAndTiedHeadAreUnderstood) {
  auto tensors = Tensors("transformer.");
  const std::vector<float> mask(24 * 24);
  tensors.push_back({"transformer.h.0.attn.bias", {1, 1, 24, 24}, mask});
  tensors.push_back({"lm_head.weight", tensors[0].shape, tensors[0].values});
  Write(tensors);
  EXPECT_TRUE(std::ranges::equal(LoadParameters(folder_.path()).flat(),
                                 parameters_.flat()));
}

TEST_F(ModelDirectory, ShardsAreReadAsOneModel) {
  WriteShards();
  EXPECT_TRUE(std::ranges::equal(LoadParameters(folder_.path()).flat(),
                                 parameters_.flat()));
  const auto model = Model::Load(folder_.path());
  EXPECT_EQ(model->weights().ln_f_bias[2], parameters_.weights().ln_f_bias[2]);
  EXPECT_EQ(model->stored_bytes(),
            static_cast<int64_t>(fs::file_size(folder_ / "a.safetensors") +
                                 fs::file_size(folder_ / "b.safetensors")));
}

TEST_F(ModelDirectory, ShardsThatDoNotFitTheirIndexAreRefused) {
  WriteShards();
  const fs::path index = folder_ / "model.safetensors.index.json";
  const std::string whole = base::ReadFile(index);
  const auto with = [&](const std::string& from, const std::string& to) {
    return std::regex_replace(whole, std::regex(from), to);
  };
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("{\"weight_map\":{}}"),
        std::string("{\"weight_map\":[]}"), whole.substr(0, whole.size() / 2),
        with("a\\.safetensors", "../a.safetensors"),
        with("a\\.safetensors", "none.safetensors"),
        with("\"a\\.safetensors\"", "7"),
        "{\"weight_map\":" + std::string(200'000, '[') +
            std::string(200'000, ']') + "}",
        "{\"weight_map\":{\"wte.weight\":\"" + std::string(5000, 'a') + "\"}}",
        with("wpe\\.weight", "no.such.tensor"),
        with("\"wpe\\.weight\":\"[ab].safetensors\",", "")}) {
    ASSERT_NE(bad, whole);
    base::WriteFileAtomically(index, bad);
    ExpectRefused();
  }
  base::WriteFileAtomically(index, whole);
  fs::resize_file(folder_ / "b.safetensors", 100);
  ExpectRefused();
}

TEST_F(ModelDirectory, RemembersWhichMarkersItLearned) {
  Config config = parameters_.config();
  for (const bool literal : {false, true}) {
    config.literal_markers = literal;
    config.Save(folder_.path());
    EXPECT_EQ(Config::Load(folder_.path()).literal_markers, literal);
  }
}

TEST_F(ModelDirectory, NumbersThatAreNotAlignedAreCopied) {
  Write(Tensors());
  std::string file = base::ReadFile(folder_ / "model.safetensors");
  // One blank more in the header shifts every tensor by a byte.
  uint64_t length;
  std::memcpy(&length, file.data(), sizeof length);
  file.insert(8 + length, " ");
  ++length;
  std::memcpy(file.data(), &length, sizeof length);
  base::WriteFileAtomically(folder_ / "model.safetensors", file);
  const auto model = Model::Load(folder_.path());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(model->weights().wte) % 4, 0u);
  EXPECT_EQ(model->weights().wte[5], parameters_.weights().wte[5]);
}

TEST_F(ModelDirectory, MissingFilesAreRefused) {
  ExpectRefused();
  parameters_.config().Save(folder_.path());
  ExpectRefused();
}

TEST_F(ModelDirectory, TruncatedWeightsAreRefused) {
  Write(Tensors());
  const fs::path path = folder_ / "model.safetensors";
  fs::resize_file(path, fs::file_size(path) - 1);
  ExpectRefused();
  fs::resize_file(path, fs::file_size(path) / 2);
  ExpectRefused();
  fs::resize_file(path, 0);
  ExpectRefused();
}

TEST_F(ModelDirectory, WeightsOfAnotherShapeAreRefused) {
  Write(Tensors());
  Config other = parameters_.config();
  other.width = 24;
  other.Save(folder_.path());
  ExpectRefused();
  other = parameters_.config();
  other.layers = 3;
  other.Save(folder_.path());
  ExpectRefused();
  other.layers = 1;
  other.Save(folder_.path());
  ExpectRefused();
  other = parameters_.config();
  other.context = 25;
  other.Save(folder_.path());
  ExpectRefused();
}

TEST_F(ModelDirectory, MissingTensorIsRefused) {
  auto tensors = Tensors();
  tensors.erase(tensors.begin() + 9);
  Write(tensors);
  ExpectRefused();
}

TEST_F(ModelDirectory, FailedSaveLeavesTheOldModel) {
  Write(Tensors());
  // A folder where the temporary file would go makes the write fail, as a full
  // disk would.
  const fs::path blocked =
      folder_ / ("model.safetensors." + std::to_string(getpid()) + ".tmp");
  fs::create_directory(blocked);
  EXPECT_THROW(SaveModel(folder_.path(), parameters_.config(),
                         RandomParameters(parameters_.config(), 2)),
               Error);
  EXPECT_TRUE(std::ranges::equal(LoadParameters(folder_.path()).flat(),
                                 parameters_.flat()));
}

TEST(InitialParameters, FollowGpt2AndTheSeed) {
  const Config config = {
      .vocab_size = 500, .context = 64, .layers = 8, .width = 64, .heads = 4};
  const Parameters parameters = InitialParameters(config, 3);
  const auto deviation = [&](const std::string& name) {
    for (const auto& tensor : parameters.tensors()) {
      if (tensor.name != name) continue;
      double squares = 0;
      for (const float value : parameters.values(tensor)) {
        squares += double{value} * value;
      }
      return std::sqrt(squares / static_cast<double>(tensor.size));
    }
    return -1.0;
  };
  // At least 4096 draws: within 5 · 1.1 %.
  EXPECT_NEAR(deviation("wte.weight"), 0.02, 0.001);
  EXPECT_NEAR(deviation("wpe.weight"), 0.02, 0.001);
  EXPECT_NEAR(deviation("h.7.attn.c_attn.weight"), 0.02, 0.001);
  EXPECT_NEAR(deviation("h.3.attn.c_proj.weight"), 0.02 / 4, 0.0003);
  EXPECT_NEAR(deviation("h.3.mlp.c_proj.weight"), 0.02 / 4, 0.0003);
  EXPECT_EQ(deviation("h.3.mlp.c_proj.bias"), 0);
  EXPECT_EQ(deviation("h.0.ln_1.weight"), 1);
  EXPECT_EQ(deviation("ln_f.weight"), 1);
  EXPECT_EQ(deviation("ln_f.bias"), 0);
  EXPECT_TRUE(std::ranges::equal(parameters.flat(),
                                 InitialParameters(config, 3).flat()));
  EXPECT_FALSE(std::ranges::equal(parameters.flat(),
                                  InitialParameters(config, 4).flat()));
}

}  // namespace
}  // namespace artspeak::gpt2
