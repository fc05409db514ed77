#include "exchange/gguf_export.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "exchange/test_gguf_reader.h"
#include "gpt2/model_directory.h"
#include "gpt2/safetensors_writer.h"
#include "gpt2/test_model.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"
#include "text/byte_symbols.h"
#include "text/tokenizer.h"
#include "text/trainer.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;

// What a tensor of one layer is called there and here.
struct Name {
  std::string gguf;
  std::string ours;
  bool matrix;
};

std::vector<Name> LayerNames(int layer) {
  const std::string there = "blk." + std::to_string(layer) + ".";
  const std::string here = "h." + std::to_string(layer) + ".";
  return {
      {there + "attn_norm.weight", here + "ln_1.weight", false},
      {there + "attn_norm.bias", here + "ln_1.bias", false},
      {there + "attn_qkv.weight", here + "attn.c_attn.weight", true},
      {there + "attn_qkv.bias", here + "attn.c_attn.bias", false},
      {there + "attn_output.weight", here + "attn.c_proj.weight", true},
      {there + "attn_output.bias", here + "attn.c_proj.bias", false},
      {there + "ffn_norm.weight", here + "ln_2.weight", false},
      {there + "ffn_norm.bias", here + "ln_2.bias", false},
      {there + "ffn_up.weight", here + "mlp.c_fc.weight", true},
      {there + "ffn_up.bias", here + "mlp.c_fc.bias", false},
      {there + "ffn_down.weight", here + "mlp.c_proj.weight", true},
      {there + "ffn_down.bias", here + "mlp.c_proj.bias", false},
  };
}

text::Tokenizer MakeTokenizer() {
  const std::vector<std::string> texts = {
      "The light in the north is quiet. Où est la lumière? Près de la gare."};
  return text::TrainTokenizer(texts, 270, {});
}

class GgufExport : public ::testing::Test {
 protected:
  // `padding`: rows of the token embedding that are no token's.
  gpt2::Parameters SaveModel(int width, int padding = 0) {
    const gpt2::Config config{.vocab_size = tokenizer_.vocab_size() + padding,
                              .context = 24,
                              .layers = 2,
                              .width = width,
                              .heads = 2,
                              .layer_norm_epsilon = 2e-5f};
    gpt2::Parameters parameters = gpt2::RandomParameters(config);
    Save(parameters);
    return parameters;
  }
  void Save(const gpt2::Parameters& parameters) {
    gpt2::SaveModel(model_, parameters.config(), parameters);
    tokenizer_.Save(model_);
  }

  GgufFile Export(GgufWeights weights, GgufSummary* summary = nullptr) {
    const GgufSummary result = ExportGguf(model_, weights, output_, {});
    if (summary != nullptr) *summary = result;
    return ReadGguf(output_);
  }

  uint64_t tokens() const {
    return static_cast<uint64_t>(tokenizer_.vocab_size());
  }

  void ExpectRefused(GgufWeights weights, const std::string& words) {
    try {
      ExportGguf(model_, weights, output_, {});
      ADD_FAILURE() << "took a model that must say " << words;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos)
          << error.what();
    }
    EXPECT_TRUE(fs::is_empty(output_.parent_path()));
  }

  testing::TempDir folder_;
  testing::TempDir output_folder_;
  fs::path model_ = folder_ / "model";
  fs::path output_ = output_folder_ / "poet.gguf";
  text::Tokenizer tokenizer_ = MakeTokenizer();
};

std::vector<float> Numbers(const gpt2::Parameters& parameters,
                           const std::string& name) {
  for (const gpt2::TensorPlace& place : parameters.tensors()) {
    if (place.name != name) continue;
    const std::span<const float> values = parameters.values(place);
    return {values.begin(), values.end()};
  }
  ADD_FAILURE() << "no tensor " << name;
  return {};
}

// matrix: (rows, columns), row-major.
std::vector<float> Transposed(const std::vector<float>& matrix,
                              size_t columns) {
  std::vector<float> transposed;
  for (size_t column = 0; column < columns; ++column) {
    for (size_t at = column; at < matrix.size(); at += columns) {
      transposed.push_back(matrix[at]);
    }
  }
  return transposed;
}

// How far a stored number may lie from its own (gguf_numbers_test.cc derives
// the bound of a block).
double Bound(uint32_t type, const std::vector<float>& values, size_t i) {
  if (type == 0) return 0;
  if (type == 1) {
    return std::max(std::fabs(double{values[i]}) * 0x1p-11, 0x1p-25);
  }
  double largest = 0;
  for (size_t j = i / 32 * 32; j < i / 32 * 32 + 32; ++j) {
    largest = std::max(largest, std::fabs(double{values[j]}));
  }
  const double scale = largest / 127;
  return scale * (0.5 + 127 * 0x1p-22) +
         127 * std::max(scale * 0x1p-11, 0x1p-25);
}

void ExpectValues(const GgufFile& gguf, const std::string& name,
                  const std::vector<float>& expected,
                  const std::vector<uint64_t>& dimensions) {
  ASSERT_TRUE(gguf.tensors.contains(name)) << name;
  const GgufFile::Tensor& tensor = gguf.tensors.at(name);
  EXPECT_EQ(tensor.dimensions, dimensions) << name;
  EXPECT_EQ(tensor.place % 32, 0u) << name;
  const std::vector<float> read = tensor.Values();
  ASSERT_EQ(read.size(), expected.size()) << name;
  for (size_t i = 0; i < read.size(); ++i) {
    ASSERT_LE(std::fabs(double{read[i]} - expected[i]),
              Bound(tensor.type, expected, i))
        << name << " at " << i;
  }
}

// Every tensor of `parameters`, and none besides.
void ExpectTensors(const GgufFile& gguf, const gpt2::Parameters& parameters,
                   uint64_t tokens) {
  const gpt2::Config& config = parameters.config();
  const auto C = static_cast<uint64_t>(config.width);
  std::vector<float> wte = Numbers(parameters, "wte.weight");
  wte.resize(tokens * C);
  ExpectValues(gguf, "token_embd.weight", wte, {C, tokens});
  ExpectValues(gguf, "position_embd.weight", Numbers(parameters, "wpe.weight"),
               {C, static_cast<uint64_t>(config.context)});
  EXPECT_EQ(gguf.tensors.at("position_embd.weight").type, 0u);
  for (const std::string suffix : {"weight", "bias"}) {
    ExpectValues(gguf, "output_norm." + suffix,
                 Numbers(parameters, "ln_f." + suffix), {C});
  }
  for (int layer = 0; layer < config.layers; ++layer) {
    for (const Name& name : LayerNames(layer)) {
      const std::vector<float> values = Numbers(parameters, name.ours);
      if (!name.matrix) {
        ExpectValues(gguf, name.gguf, values, {values.size()});
        EXPECT_EQ(gguf.tensors.at(name.gguf).type, 0u) << name.gguf;
        continue;
      }
      const uint64_t in = name.ours.ends_with("mlp.c_proj.weight") ? 4 * C : C;
      const uint64_t out = values.size() / in;
      ExpectValues(gguf, name.gguf, Transposed(values, out), {in, out});
    }
  }
  EXPECT_EQ(gguf.tensors.size(), 4 + 12 * static_cast<size_t>(config.layers));
}

TEST_F(GgufExport, HalvesHoldEveryTensor) {
  const gpt2::Parameters parameters = SaveModel(64);
  const GgufFile gguf = Export(GgufWeights::kF16);
  ExpectTensors(gguf, parameters, tokens());
  EXPECT_EQ(gguf.tensors.at("blk.1.ffn_down.weight").type, 1u);
  EXPECT_EQ(gguf.tensors.at("token_embd.weight").type, 1u);
}

TEST_F(GgufExport, BlocksHoldEveryTensor) {
  const gpt2::Parameters parameters = SaveModel(64);
  GgufSummary summary;
  const GgufFile gguf = Export(GgufWeights::kQ8_0, &summary);
  ExpectTensors(gguf, parameters, tokens());
  EXPECT_EQ(gguf.tensors.at("blk.1.ffn_down.weight").type, 8u);
  EXPECT_EQ(gguf.tensors.at("token_embd.weight").type, 8u);
  EXPECT_TRUE(summary.kept_f16.empty());
}

// Matrices of more numbers than are converted at once, in strips that do not
// divide them.
TEST_F(GgufExport, LargeMatricesAreWhole) {
  const gpt2::Parameters parameters = SaveModel(480);
  ExpectTensors(Export(GgufWeights::kQ8_0), parameters, tokens());
}

TEST_F(GgufExport, RowsThatAreNoBlocksStayHalves) {
  const gpt2::Parameters parameters = SaveModel(40);
  GgufSummary summary;
  const GgufFile gguf = Export(GgufWeights::kQ8_0, &summary);
  ExpectTensors(gguf, parameters, tokens());
  std::vector<std::string> kept = {"token_embd.weight"};
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    for (const char* name : {"attn_qkv", "attn_output", "ffn_up"}) {
      kept.push_back(layer + name + ".weight");
    }
  }
  EXPECT_EQ(summary.kept_f16, kept);
  for (const std::string& name : kept) {
    EXPECT_EQ(gguf.tensors.at(name).type, 1u) << name;
  }
  // Its rows are 160 numbers.
  EXPECT_EQ(gguf.tensors.at("blk.0.ffn_down.weight").type, 8u);
}

TEST_F(GgufExport, TheKeysSayWhatTheModelIs) {
  SaveModel(64);
  std::vector<std::string> tokens;
  std::vector<std::string> merges;
  for (int id = 0; id < tokenizer_.vocab_size(); ++id) {
    tokens.push_back(
        text::BytesToSymbols(std::string(tokenizer_.TokenBytes(id))));
  }
  for (const auto& [left, right] : text::ReadVocabulary(model_).merges) {
    merges.push_back(tokens.at(left) + " " + tokens.at(right));
  }
  ASSERT_EQ(merges.size() + 257, tokens.size());
  const auto end = static_cast<uint32_t>(tokenizer_.end_of_text());
  std::vector<int32_t> types(tokens.size(), 1);
  types.at(end) = 3;
  std::map<std::string, GgufValue> expected = {
      {"general.architecture", std::string("gpt2")},
      {"general.type", std::string("model")},
      {"general.name", std::string("poet")},
      {"general.file_type", uint32_t{1}},
      {"general.quantization_version", uint32_t{2}},
      {"gpt2.context_length", uint32_t{24}},
      {"gpt2.embedding_length", uint32_t{64}},
      {"gpt2.feed_forward_length", uint32_t{256}},
      {"gpt2.block_count", uint32_t{2}},
      {"gpt2.attention.head_count", uint32_t{2}},
      {"gpt2.attention.layer_norm_epsilon", 2e-5f},
      {"tokenizer.ggml.model", std::string("gpt2")},
      {"tokenizer.ggml.pre", std::string("gpt-2")},
      {"tokenizer.ggml.tokens", tokens},
      {"tokenizer.ggml.token_type", types},
      {"tokenizer.ggml.merges", merges},
      {"tokenizer.ggml.bos_token_id", end},
      {"tokenizer.ggml.eos_token_id", end},
      {"tokenizer.ggml.add_bos_token", false}};
  EXPECT_EQ(Export(GgufWeights::kF16).metadata, expected);
  expected["general.file_type"] = uint32_t{7};
  EXPECT_EQ(Export(GgufWeights::kQ8_0).metadata, expected);
  expected["general.file_type"] = uint32_t{2};
  const GgufFile q4 = Export(GgufWeights::kQ4_0);
  EXPECT_EQ(q4.metadata, expected);
  EXPECT_EQ(q4.tensors.at("blk.1.ffn_down.weight").type, 2u);
}

TEST_F(GgufExport, RowsThatAreNoTokensAreLeftOut) {
  const gpt2::Parameters parameters = SaveModel(64, 5);
  const GgufFile gguf = Export(GgufWeights::kF16);
  ExpectTensors(gguf, parameters, tokens());
  EXPECT_EQ(std::get<std::vector<std::string>>(
                gguf.metadata.at("tokenizer.ggml.tokens"))
                .size(),
            tokens());
}

TEST_F(GgufExport, SixteenBitModelsAreRead) {
  gpt2::Parameters parameters = SaveModel(64);
  std::vector<gpt2::TensorHeading> headings;
  std::vector<uint16_t> brain;
  for (const gpt2::TensorPlace& place : parameters.tensors()) {
    headings.push_back({place.name, "BF16", place.shape});
  }
  for (float& value : parameters.flat()) {
    brain.push_back(
        static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16));
    value = std::bit_cast<float>(uint32_t{brain.back()} << 16);
  }
  gpt2::SafetensorsWriter writer(model_ / "model.safetensors", headings);
  writer.Write(std::as_bytes(std::span(brain)));
  writer.Commit();
  ExpectTensors(Export(GgufWeights::kF16), parameters, tokens());
}

TEST_F(GgufExport, AWeightThatDoesNotFitIsNamed) {
  const auto set_one = [&](const std::string& name, float value) {
    gpt2::Parameters parameters = SaveModel(64);
    for (const gpt2::TensorPlace& place : parameters.tensors()) {
      if (place.name == name) parameters.values(place).back() = value;
    }
    Save(parameters);
  };
  set_one("h.1.mlp.c_fc.weight", -65536);
  ExpectRefused(GgufWeights::kF16, "-65536 in \"h.1.mlp.c_fc.weight\"");
  Export(GgufWeights::kQ8_0);
  fs::remove(output_);
  set_one("wte.weight", 1e7f);
  ExpectRefused(GgufWeights::kQ8_0, "\"wte.weight\"");
  set_one("h.0.attn.c_attn.weight", NAN);
  ExpectRefused(GgufWeights::kF16, "nan in \"h.0.attn.c_attn.weight\"");
  ExpectRefused(GgufWeights::kQ8_0, "nan in \"h.0.attn.c_attn.weight\"");
  set_one("ln_f.bias", INFINITY);
  ExpectRefused(GgufWeights::kF16, "inf in \"ln_f.bias\"");
}

TEST_F(GgufExport, AnotherModelsTokenizerIsRefused) {
  SaveModel(64, -1);
  ExpectRefused(GgufWeights::kF16,
                fmt::format("tokenizer of {} tokens and a model of {}",
                            tokens(), tokens() - 1));
  fs::remove(model_ / "merges.txt");
  ExpectRefused(GgufWeights::kF16, "merges.txt");
}

TEST_F(GgufExport, AFullDiskLeavesNothing) {
  SaveModel(480);
  const testing::FullDisk full(3 << 20);
  ExpectRefused(GgufWeights::kF16, "poet.gguf");
}

TEST_F(GgufExport, ProgressEndsAtItsTotal) {
  SaveModel(480);
  std::vector<base::Progress> steps;
  ExportGguf(model_, GgufWeights::kF16, output_,
             [&](const base::Progress& step) { steps.push_back(step); });
  ASSERT_GT(steps.size(), 30u);
  EXPECT_TRUE(std::ranges::is_sorted(steps, {}, &base::Progress::done));
  EXPECT_EQ(steps.back().done, steps.back().total);
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : ReadGguf(output_).tensors) {
    bytes += tensor.bytes.size();
  }
  EXPECT_EQ(static_cast<uint64_t>(steps.back().total), bytes);
}

}  // namespace
}  // namespace artspeak::exchange
