#include "exchange/tensorflow_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "exchange/tensor_bundle_reader.h"
#include "exchange/tensorflow_variables.h"
#include "gpt2/checkpoint.h"
#include "gpt2/safetensors_writer.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class TensorflowExportTest : public ::testing::Test {
 protected:
  TensorflowExportTest() { testing::SaveTinyModel(model_, 32); }
  void ExpectRefused(const std::string& reason) {
    EXPECT_THAT([&] { ExportTensorflow(model_, run_); },
                ThrowsMessage<Error>(HasSubstr(reason)));
    EXPECT_FALSE(fs::exists(run_ / "checkpoint"));
  }

  testing::TempDir folder_;
  const fs::path model_ = folder_ / "model";
  const fs::path run_ = folder_ / "run";
};

TEST_F(TensorflowExportTest, WritesTheFilesOfARun) {
  ExportTensorflow(model_, run_);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(run_)) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names,
              ::testing::UnorderedElementsAre(
                  "checkpoint", "counter", "encoder.json", "hparams.json",
                  "model-1.data-00000-of-00001", "model-1.index", "vocab.bpe"));
  EXPECT_EQ(base::ReadFile(run_ / "checkpoint"),
            "model_checkpoint_path: \"model-1\"\n"
            "all_model_checkpoint_paths: \"model-1\"\n");
  EXPECT_EQ(base::ReadFile(run_ / "counter"), "1\n");
  EXPECT_EQ(base::ReadFile(run_ / "hparams.json"),
            "{\"n_vocab\":290,\"n_ctx\":32,\"n_embd\":16,\"n_head\":2,"
            "\"n_layer\":2}\n");
}

TEST_F(TensorflowExportTest, LaysTheTensorsOutByName) {
  ExportTensorflow(model_, run_);
  const TensorBundleReader bundle(run_ / "model-1");
  const gpt2::Checkpoint checkpoint(model_);
  int64_t offset = 0;
  for (const auto& [name, entry] : bundle.index().entries) {
    EXPECT_EQ(entry.offset, offset) << name;
    offset += entry.size;
  }
  EXPECT_EQ(offset, checkpoint.config().parameter_count() * 4);
  const auto variables = TensorflowVariables(checkpoint.config());
  ASSERT_EQ(bundle.index().entries.size(), variables.size());
  for (size_t i = 0; i < variables.size(); ++i) {
    EXPECT_EQ(bundle.index().entries.at(variables[i].name).shape,
              variables[i].shape);
    EXPECT_TRUE(std::ranges::equal(bundle.Read(variables[i].name),
                                   checkpoint.tensors()[i]->bytes));
  }
}

TEST_F(TensorflowExportTest, TheTokenizerIsInAsciiAndTheSame) {
  ExportTensorflow(model_, run_);
  const std::string encoder = base::ReadFile(run_ / "encoder.json");
  EXPECT_TRUE(std::ranges::all_of(encoder, [](char c) { return c >= 0; }));
  EXPECT_EQ(nlohmann::json::parse(encoder),
            nlohmann::json::parse(base::ReadFile(model_ / "vocab.json")));
  EXPECT_EQ(base::ReadFile(run_ / "vocab.bpe"),
            base::ReadFile(model_ / "merges.txt"));
}

// gpt-2-simple drops the first line of vocab.bpe and what follows the last line
// end, whatever they are.
TEST_F(TensorflowExportTest, MergesWithoutTheirVersionLineGetOne) {
  const std::string merges = base::ReadFile(model_ / "merges.txt");
  base::WriteFileAtomically(
      model_ / "merges.txt",
      merges.substr(merges.find('\n') + 1,
                    merges.rfind('\n') - 1 - merges.find('\n')));
  ExportTensorflow(model_, run_);
  EXPECT_EQ(base::ReadFile(run_ / "vocab.bpe"), merges);
}

TEST_F(TensorflowExportTest, SixteenBitWeightsBecomeFloats) {
  std::string expected;
  {
    const gpt2::Checkpoint checkpoint(model_);
    std::vector<gpt2::TensorHeading> headings;
    std::string bytes;
    auto stored = checkpoint.tensors().begin();
    for (const auto& place : gpt2::TensorPlaces(checkpoint.config())) {
      headings.push_back({place.name, "BF16", place.shape});
      std::vector<float> values(static_cast<size_t>(place.size));
      gpt2::CopyAsFloats(**stored++, values);
      for (const float value : values) {
        const uint32_t bits = std::bit_cast<uint32_t>(value) & 0xffff0000;
        const uint16_t half = static_cast<uint16_t>(bits >> 16);
        bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
        if (place.name == "wpe.weight") {
          expected.append(reinterpret_cast<const char*>(&bits), sizeof bits);
        }
      }
    }
    gpt2::SafetensorsWriter writer(folder_ / "half", headings);
    writer.Write(std::as_bytes(std::span(bytes)));
    writer.Commit();
  }
  fs::rename(folder_ / "half", model_ / "model.safetensors");
  ExportTensorflow(model_, run_);
  const TensorBundleReader bundle(run_ / "model-1");
  EXPECT_TRUE(std::ranges::equal(bundle.Read("model/wpe"),
                                 std::as_bytes(std::span(expected))));
  EXPECT_EQ(WhyNotModel(bundle.index(), gpt2::Config::Load(model_)),
            std::nullopt);
}

TEST_F(TensorflowExportTest, ProgressCountsBytes) {
  std::vector<int64_t> seen;
  ExportTensorflow(model_, run_, [&](const base::Progress& progress) {
    seen.push_back(progress.done);
    EXPECT_EQ(progress.total, gpt2::Config::Load(model_).parameter_count() * 4);
  });
  ASSERT_EQ(seen.size(), 28u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.back(), gpt2::Config::Load(model_).parameter_count() * 4);
}

TEST_F(TensorflowExportTest, AModelThatTensorFlowCannotComputeIsRefused) {
  gpt2::Config config = gpt2::Config::Load(model_);
  config.layer_norm_epsilon = 1e-6f;
  config.Save(model_);
  ExpectRefused("layer norm epsilon");
}

TEST_F(TensorflowExportTest, AMissingTokenizerIsRefused) {
  fs::remove(model_ / "merges.txt");
  ExpectRefused("merges.txt");
}

TEST_F(TensorflowExportTest, AFolderThatHoldsACheckpointIsLeftAlone) {
  ExportTensorflow(model_, run_);
  EXPECT_THAT([&] { ExportTensorflow(model_, run_); },
              ThrowsMessage<Error>(HasSubstr("already")));
}

TEST_F(TensorflowExportTest, AFullDiskLeavesNoRun) {
  const testing::FullDisk disk(10'000);
  ExpectRefused("cannot write");
}

}  // namespace
}  // namespace artspeak::exchange
