// The model against what PyTorch computed in double precision on a tiny random
// model (make_golden.py): runs everywhere, without PyTorch.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/thread_pool.h"
#include "gpt2/inference.h"
#include "gpt2/model.h"
#include "gpt2/model_directory.h"
#include "gpt2/safetensors_reader.h"
#include "gpt2/training_pass.h"
#include "tests/support/testing.h"

namespace artspeak::gpt2 {
namespace {

class Golden : public ::testing::Test {
 protected:
  static std::vector<float> Read(const SafetensorsReader& reader,
                                 const std::string& name) {
    const StoredTensor& tensor = reader.tensors().at(name);
    std::vector<float> values(static_cast<size_t>(tensor.size));
    CopyAsFloats(tensor, values);
    return values;
  }
  std::span<const int32_t> inputs() const {
    return std::span(ids_).first(ids_.size() - 1);
  }

  const std::filesystem::path folder_ =
      testing::SourceDir() / "tests" / "golden";
  const nlohmann::json answer_ =
      nlohmann::json::parse(base::ReadFile(folder_ / "answer.json"));
  const std::vector<int32_t> ids_ =
      answer_.at("ids").get<std::vector<int32_t>>();
  const std::vector<float> logits_ =
      Read(SafetensorsReader(folder_ / "logits.safetensors"), "logits");
  base::ThreadPool pool_{2};
};

// Logits are of size 10 here (the weights are large so that every term shows);
// fp32 sums of tens of terms over two layers err by some 1e-6 of that.
constexpr double kLogitTolerance = 1e-4;

TEST_F(Golden, LogitsOfInference) {
  Inference inference(Model::Load(folder_ / "tiny"), pool_);
  const auto logits = inference.AllLogits(ids_);
  ASSERT_EQ(logits.size(), logits_.size());
  for (size_t i = 0; i < logits_.size(); ++i) {
    ASSERT_NEAR(logits[i], logits_[i], kLogitTolerance) << i;
  }
}

TEST_F(Golden, LogitsTokenByToken) {
  const auto model = Model::Load(folder_ / "tiny");
  Inference inference(model, pool_);
  KvCache cache(model->config(), static_cast<int>(ids_.size()));
  const auto V = static_cast<size_t>(model->config().vocab_size);
  for (size_t i = 0; i < ids_.size(); ++i) {
    const Slice slice{&cache, std::span(ids_).subspan(i, 1)};
    const auto logits = inference.Step({&slice, 1});
    for (size_t v = 0; v < V; ++v) {
      ASSERT_NEAR(logits[v], logits_[i * V + v], kLogitTolerance) << i;
    }
  }
}

TEST_F(Golden, LossAndEveryGradient) {
  const Parameters parameters = LoadParameters(folder_ / "tiny");
  const Config& config = parameters.config();
  TrainingPass pass(config, 1, static_cast<int>(inputs().size()), pool_);
  const float loss =
      pass.Forward(parameters, inputs(), std::span(ids_).subspan(1));
  EXPECT_NEAR(loss, answer_.at("loss").get<double>(), 1e-5);

  Parameters gradients(config);
  pass.Backward(parameters, 1, gradients);
  const SafetensorsReader expected(folder_ / "gradients.safetensors");
  ASSERT_EQ(expected.tensors().size(), gradients.tensors().size());
  for (const auto& tensor : gradients.tensors()) {
    const auto want = Read(expected, tensor.name);
    const auto got = gradients.values(tensor);
    ASSERT_EQ(want.size(), got.size());
    const bool has_keys = tensor.name.ends_with("attn.c_attn.bias");
    const auto C = static_cast<size_t>(config.width);
    double distance = 0, norm = 0;
    for (size_t i = 0; i < want.size(); ++i) {
      if (has_keys && i >= C && i < 2 * C) {
        // The gradient of a key's bias is zero: it moves all scores alike.
        EXPECT_NEAR(got[i], 0, 1e-5) << tensor.name;
        continue;
      }
      distance += std::pow(double{got[i]} - want[i], 2);
      norm += std::pow(double{want[i]}, 2);
    }
    EXPECT_LE(std::sqrt(distance / norm), 1e-4) << tensor.name;
  }
}

}  // namespace
}  // namespace artspeak::gpt2
