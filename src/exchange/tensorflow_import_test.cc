#include "exchange/tensorflow_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/thread_pool.h"
#include "exchange/tensor_bundle_index.h"
#include "exchange/tensorflow_export.h"
#include "gpt2/config.h"
#include "gpt2/inference.h"
#include "gpt2/model.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"
#include "text/tokenizer.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// A small model, exported as a run for the tests to import.
class TensorflowImportTest : public ::testing::Test {
 protected:
  TensorflowImportTest() {
    testing::SaveTinyModel(model_, 32);
    ExportTensorflow(model_, run_);
  }
  void Write(const fs::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
  }
  // Refused, and what was written so far is no model.
  void ExpectRefused(const std::string& reason) {
    EXPECT_THAT([&] { ImportTensorflow(run_, output_); },
                ThrowsMessage<Error>(HasSubstr(reason)));
    EXPECT_FALSE(fs::exists(output_ / "config.json"));
  }
  void EditIndex(const std::function<void(BundleIndex&)>& edit) {
    BundleIndex index = ReadBundleIndex(run_ / "model-1.index");
    edit(index);
    Write(run_ / "model-1.index", EncodeBundleIndex(index));
  }

  testing::TempDir folder_;
  const fs::path model_ = folder_ / "model";
  const fs::path run_ = folder_ / "run";
  const fs::path output_ = folder_ / "output";
};

TEST_F(TensorflowImportTest, AnExportedModelComesBackTheSame) {
  std::vector<base::Progress> seen;
  const TensorflowImport imported = ImportTensorflow(
      run_, output_, [&](const base::Progress& p) { seen.push_back(p); });
  EXPECT_EQ(imported.prefix, run_ / "model-1");
  EXPECT_EQ(imported.step, 1);
  EXPECT_TRUE(imported.literal_markers);
  for (const char* name : {"model.safetensors", "vocab.json", "merges.txt"}) {
    EXPECT_EQ(base::ReadFile(output_ / name), base::ReadFile(model_ / name))
        << name;
  }
  gpt2::Config config = gpt2::Config::Load(model_);
  config.literal_markers = true;
  EXPECT_EQ(gpt2::Config::Load(output_), config);
  ASSERT_EQ(seen.size(), 28u);
  EXPECT_TRUE(std::ranges::is_sorted(seen, {}, &base::Progress::done));
  EXPECT_EQ(seen.back().done, config.parameter_count() * 4);
  EXPECT_EQ(seen.back().total, seen.back().done);
}

TEST_F(TensorflowImportTest, ABaseModelHasNoLiteralMarkers) {
  for (const char* part : {".index", ".data-00000-of-00001"}) {
    fs::rename(run_ / (std::string("model-1") + part),
               run_ / (std::string("model.ckpt") + part));
  }
  Write(run_ / "checkpoint", "model_checkpoint_path: \"model.ckpt\"\n");
  fs::remove(run_ / "counter");
  const TensorflowImport imported = ImportTensorflow(run_, output_);
  EXPECT_FALSE(imported.literal_markers);
  EXPECT_EQ(imported.step, std::nullopt);
  EXPECT_EQ(gpt2::Config::Load(output_), gpt2::Config::Load(model_));
}

TEST_F(TensorflowImportTest, AnOptimisersVariablesArePassedOver) {
  EditIndex([](BundleIndex& index) {
    index.entries["model/wte/Adam"] = index.entries.at("model/wte");
    index.entries["beta1_power"] = {.dtype = "float64", .size = 8};
    index.entries["global_step"] = {.dtype = "int64", .size = 8};
  });
  ImportTensorflow(run_, output_);
  EXPECT_EQ(base::ReadFile(output_ / "model.safetensors"),
            base::ReadFile(model_ / "model.safetensors"));
}

TEST_F(TensorflowImportTest, AModelOtherThanHparamsSayIsRefused) {
  EditIndex(
      [](BundleIndex& index) { index.entries.erase("model/h1/mlp/c_fc/w"); });
  ExpectRefused("it has no \"model/h1/mlp/c_fc/w\"");
  Write(run_ / "hparams.json",
        R"({"n_vocab":290,"n_ctx":32,"n_embd":16,"n_head":2,"n_layer":1})");
  ExpectRefused("more than 1 layers");
}

TEST_F(TensorflowImportTest, ADamagedTensorLeavesNoModel) {
  const fs::path shard = run_ / "model-1.data-00000-of-00001";
  std::string data = base::ReadFile(shard);
  data.back() ^= 1;
  Write(shard, data);
  ExpectRefused("do not match their checksum");
  EXPECT_FALSE(fs::exists(output_ / "model.safetensors"));
}

TEST_F(TensorflowImportTest, AMissingOrForeignTokenizerIsRefused) {
  Write(run_ / "hparams.json",
        R"({"n_vocab":289,"n_ctx":32,"n_embd":16,"n_head":2,"n_layer":2})");
  EditIndex([](BundleIndex& index) {
    index.entries["model/wte"].shape = {289, 16};
    index.entries["model/wte"].size = 289 * 16 * 4;
  });
  ExpectRefused("a tokenizer of 290 tokens and a model of 289");
  fs::remove(run_ / "encoder.json");
  ExpectRefused("encoder.json");
}

TEST_F(TensorflowImportTest, AFolderThatHoldsAModelIsLeftAlone) {
  EXPECT_THAT([&] { ImportTensorflow(run_, model_); },
              ThrowsMessage<Error>(HasSubstr("holds a model already")));
}

TEST_F(TensorflowImportTest, AFullDiskLeavesNoModel) {
  const testing::FullDisk disk(10'000);
  ExpectRefused("cannot write");
}

// OpenAI's names and shapes, and a forward pass by another program.
class TinyGpt2 : public ::testing::TestWithParam<const char*> {
 protected:
  // The checkpoint with GPT-2's tokenizer beside it.
  void Import(const fs::path& shared) {
    const fs::path source = folder_ / "source";
    fs::copy(shared / "tf-checkpoint/derived" / GetParam(), source);
    fs::copy(shared / "tf-checkpoint/derived/gpt2-tiny/hparams.json", source,
             fs::copy_options::skip_existing);
    for (const char* name : {"encoder.json", "vocab.bpe"}) {
      fs::copy(shared / "gpt2-vocab" / name, source);
    }
    ImportTensorflow(source, output_);
  }

  testing::TempDir folder_;
  const fs::path output_ = folder_ / "output";
};

double LogSumExp(std::span<const float> logits) {
  const double most = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return most + std::log(sum);
}

// Logits of up to 6 come through some hundred roundings of 2^-24 each, of
// numbers of that size: 100 × 6 × 6e-8.
constexpr double kTolerance = 4e-5;

TEST_P(TinyGpt2, ComputesWhatAnotherProgramComputes) {
  const auto shared = testing::SharedData();
  if (!shared) GTEST_SKIP() << "no shared data";
  Import(*shared);
  const json expected = json::parse(base::ReadFile(
      *shared / "tf-checkpoint/derived/gpt2-tiny/expected_forward.json"));
  const text::Tokenizer tokenizer = text::Tokenizer::Load(output_);
  base::ThreadPool pool(1);
  gpt2::Inference inference(gpt2::Model::Load(output_), pool);
  constexpr size_t V = 50257;
  for (const json& prompt : expected.at("prompts")) {
    const std::string text = prompt.at("text");
    const auto ids = prompt.at("ids").get<std::vector<int32_t>>();
    EXPECT_EQ(tokenizer.Encode(text, text::Specials::kAsTokens), ids);
    const auto all = inference.AllLogits(ids);
    double loss = 0;
    for (size_t t = 0; t < ids.size(); ++t) {
      const auto logits = all.subspan(t * V, V);
      const json& position = prompt.at("positions").at(t);
      for (const json& top : position.at("top5")) {
        EXPECT_NEAR(logits[top.at(0).get<size_t>()], top.at(1).get<double>(),
                    kTolerance);
      }
      EXPECT_EQ(std::ranges::max_element(logits) - logits.begin(),
                position.at("top5").at(0).at(0));
      EXPECT_NEAR(logits[0], position.at("logit_0").get<double>(), kTolerance);
      EXPECT_NEAR(logits[V - 1], position.at("logit_50256").get<double>(),
                  kTolerance);
      const double log_sum = LogSumExp(logits);
      EXPECT_NEAR(log_sum, position.at("logsumexp").get<double>(), kTolerance);
      if (t + 1 < ids.size()) {
        loss += log_sum - logits[static_cast<size_t>(ids[t + 1])];
      }
    }
    if (ids.size() > 1) {
      EXPECT_NEAR(loss / static_cast<double>(ids.size() - 1),
                  prompt.at("mean_ce_loss").get<double>(), kTolerance);
    }
    gpt2::KvCache cache(inference.model().config(), 64);
    std::vector<int32_t> next = ids, greedy;
    for (size_t i = 0; i < 12; ++i) {
      const gpt2::Slice slice{&cache, next};
      const auto logits = inference.Step({&slice, 1});
      next = {static_cast<int32_t>(std::ranges::max_element(logits) -
                                   logits.begin())};
      greedy.push_back(next.front());
    }
    EXPECT_EQ(json(greedy), prompt.at("greedy_12"));
  }
}

INSTANTIATE_TEST_SUITE_P(InOneShardAndInThree, TinyGpt2,
                         ::testing::Values("gpt2-tiny", "gpt2-tiny-3shards"));

}  // namespace
}  // namespace artspeak::exchange
