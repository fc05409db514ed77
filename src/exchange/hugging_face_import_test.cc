#include "exchange/hugging_face_import.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "gpt2/checkpoint.h"
#include "gpt2/model_directory.h"
#include "gpt2/safetensors_writer.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;

class HuggingFaceImport : public ::testing::Test {
 protected:
  HuggingFaceImport() {
    testing::SaveTinyModel(source_, 16);
    parameters_.emplace(gpt2::LoadParameters(source_));
  }

  // The same model as other programs save it: with a prefix, in bfloat16, in
  // two shards, with tensors that are not ours.
  void WriteOtherwise() {
    std::vector<gpt2::TensorHeading> headings[2];
    std::vector<uint16_t> numbers[2];
    std::string places;
    int shard = 0;
    const auto add = [&](const std::string& name, std::vector<int64_t> shape,
                         std::span<const float> values) {
      headings[shard].push_back({name, "BF16", std::move(shape)});
      for (const float value : values) {
        numbers[shard].push_back(
            static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16));
      }
      places += (places.empty() ? "\"" : ", \"") + name + "\": \"" +
                std::to_string(shard) + ".safetensors\"";
      shard = 1 - shard;
    };
    for (const auto& tensor : parameters_->tensors()) {
      add("transformer." + tensor.name, tensor.shape,
          parameters_->values(tensor));
    }
    add("transformer.h.0.attn.bias", {1, 1, 2, 2}, std::vector<float>(4));
    fs::remove(source_ / "model.safetensors");
    for (int i : {0, 1}) {
      gpt2::SafetensorsWriter writer(
          source_ / (std::to_string(i) + ".safetensors"), headings[i]);
      writer.Write(std::as_bytes(std::span(numbers[i])));
      writer.Commit();
    }
    base::WriteFileAtomically(source_ / "model.safetensors.index.json",
                              "{\"weight_map\": {" + places + "}}");
  }

  testing::TempDir folder_;
  const fs::path source_ = folder_ / "source";
  const fs::path output_ = folder_ / "new/model";
  std::optional<gpt2::Parameters> parameters_;
};

TEST_F(HuggingFaceImport, KeepsEveryNumberAndTheTokenizer) {
  base::Progress last;
  ImportHuggingFace(source_, output_,
                    [&](const base::Progress& progress) { last = progress; });
  const gpt2::Parameters read = gpt2::LoadParameters(output_);
  EXPECT_EQ(read.config(), parameters_->config());
  EXPECT_TRUE(std::ranges::equal(read.flat(), parameters_->flat()));
  EXPECT_EQ(text::Tokenizer::Load(output_).Digest(),
            text::Tokenizer::Load(source_).Digest());
  EXPECT_EQ(last.total, 4 * parameters_->config().parameter_count());
  EXPECT_EQ(last.done, last.total);
}

TEST_F(HuggingFaceImport, MakesOneFileOfShardsAsTheyAreStored) {
  WriteOtherwise();
  ImportHuggingFace(source_, output_, {});
  EXPECT_TRUE(fs::exists(output_ / "model.safetensors"));
  const gpt2::Checkpoint checkpoint(output_);
  const auto places = gpt2::TensorPlaces(checkpoint.config());
  for (size_t i = 0; i < places.size(); ++i) {
    const gpt2::StoredTensor& tensor = *checkpoint.tensors()[i];
    EXPECT_EQ(tensor.dtype, "BF16");
    std::vector<float> values(static_cast<size_t>(tensor.size));
    gpt2::CopyAsFloats(tensor, values);
    const auto whole = parameters_->flat().subspan(
        static_cast<size_t>(places[i].offset), values.size());
    for (size_t k = 0; k < values.size(); ++k) {
      const uint32_t cut = std::bit_cast<uint32_t>(whole[k]) & 0xffff0000u;
      ASSERT_EQ(std::bit_cast<uint32_t>(values[k]), cut) << places[i].name;
    }
  }
}

TEST_F(HuggingFaceImport, ABrokenSourceLeavesNoModel) {
  fs::resize_file(source_ / "model.safetensors", 5000);
  EXPECT_THROW(ImportHuggingFace(source_, output_, {}), Error);
  EXPECT_FALSE(fs::exists(output_ / "config.json"));
}

TEST_F(HuggingFaceImport, ATokenizerOfMoreTokensThanTheModelIsRefused) {
  gpt2::Config config = parameters_->config();
  config.vocab_size -= 1;
  gpt2::SaveModel(source_, config, gpt2::InitialParameters(config, 1));
  EXPECT_THROW(ImportHuggingFace(source_, output_, {}), Error);
  EXPECT_FALSE(fs::exists(output_));
}

}  // namespace
}  // namespace artspeak::exchange
