#include "gpt2/int8_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "gpt2/evaluation.h"
#include "gpt2/inference.h"
#include "gpt2/model_directory.h"
#include "gpt2/test_model.h"
#include "tests/support/testing.h"

namespace artspeak::gpt2 {
namespace {

class Int8Model : public ::testing::Test {
 protected:
  static Config Shape() {
    return {.vocab_size = 211,
            .context = 40,
            .layers = 3,
            .width = 160,  // one group of 128 and a part
            .heads = 4};
  }

  std::vector<float> Logits(const std::filesystem::path& directory) {
    Inference inference(Model::Load(directory), pool_);
    const auto logits = inference.AllLogits(tokens_);
    return {logits.begin(), logits.end()};
  }

  // Of 8-bit logits from those of floats, in deviations of the latter.
  double Error(const Parameters& parameters) {
    SaveModel(folder_ / "float", parameters.config(), parameters);
    QuantizeInt8(folder_ / "float", folder_ / "int8", {});
    const auto exact = Logits(folder_ / "float");
    const auto rounded = Logits(folder_ / "int8");
    double error = 0, size = 0, mean = 0;
    for (const float logit : exact) mean += logit / double(exact.size());
    for (size_t i = 0; i < exact.size(); ++i) {
      error += std::pow(double{rounded[i]} - exact[i], 2);
      size += std::pow(exact[i] - mean, 2);
    }
    return std::sqrt(error / size);
  }

  testing::TempDir folder_;
  base::ThreadPool pool_{2};
  const std::vector<int32_t> tokens_ = RandomTokens(40, 211);
};

// A number of a group of N(0, 1) errs by up to 1/127 of the group's largest,
// some 3: a deviation of 3 / 127 / sqrt(12) = 0.7 % on either side of a
// product, 1 % together; three layers add up to about twice that.
constexpr double kTolerance = 0.03;

TEST_F(Int8Model, ComputesNearlyWhatTheFloatsCompute) {
  EXPECT_LT(Error(RandomParameters(Shape(), 1, 0.05)), kTolerance);
}

TEST_F(Int8Model, GainsThatDifferWidelyDoNotMatter) {
  Parameters parameters = RandomParameters(Shape(), 1, 0.05);
  const double plain = Error(parameters);
  std::filesystem::remove_all(folder_ / "int8");
  const Gradients tensors = parameters.gradients();  // the same pointers
  const int64_t C = Shape().width;
  for (const int64_t channel : {3, 77, 159}) {
    for (const auto& layer : tensors.layers) {
      layer.ln_1_weight[channel] *= 30;
      layer.ln_1_bias[channel] *= 30;
      layer.ln_2_weight[channel] *= 30;
      layer.ln_2_bias[channel] *= 30;
      for (int64_t n = 0; n < 3 * C; ++n) {
        layer.attn_weight[channel * 3 * C + n] /= 30;
      }
      for (int64_t n = 0; n < 4 * C; ++n) {
        layer.fc_weight[channel * 4 * C + n] /= 30;
      }
    }
  }
  EXPECT_NEAR(Error(parameters), plain, 1e-3);
}

TEST_F(Int8Model, ATokensLogitsHaveTheSameBitsWhateverTheSlices) {
  const Parameters parameters = RandomParameters(Shape(), 1, 0.05);
  SaveModel(folder_ / "float", parameters.config(), parameters);
  QuantizeInt8(folder_ / "float", folder_ / "int8", {});
  const auto model = Model::Load(folder_ / "int8");
  const std::vector<float> all = Logits(folder_ / "int8");
  const auto V = static_cast<size_t>(Shape().vocab_size);
  Inference inference(model, pool_);
  KvCache cache(model->config(), 40), other(model->config(), 40);
  const std::span<const int32_t> tokens(tokens_);
  for (size_t i = 0; i < tokens.size();) {
    const size_t count = std::min<size_t>(1 + i % 3, tokens.size() - i);
    const std::vector<Slice> slices = {{&other, tokens.subspan(i, 1)},
                                       {&cache, tokens.subspan(i, count)}};
    const auto logits = inference.Step(slices);
    i += count;
    ASSERT_TRUE(std::ranges::equal(logits.subspan(V, V),
                                   std::span(all).subspan((i - 1) * V, V)));
  }
}

TEST_F(Int8Model, ServesToWriteNotToTrain) {
  const Parameters parameters = RandomParameters(Shape());
  SaveModel(folder_ / "float", parameters.config(), parameters);
  QuantizeInt8(folder_ / "float", folder_ / "int8", {});
  EXPECT_THROW(LoadParameters(folder_ / "int8"), base::Error);
  EXPECT_THROW(QuantizeInt8(folder_ / "int8", folder_ / "twice", {}),
               base::Error);
  EXPECT_GT(Evaluate(Model::Load(folder_ / "int8"), tokens_, 40, pool_).loss,
            0);
}

TEST_F(Int8Model, NumbersThatAreNoneAreNotRoundedAway) {
  Parameters parameters = RandomParameters(Shape());
  const size_t places[] = {7, parameters.flat().size() / 2,
                           parameters.flat().size() - 1};
  for (const size_t place : places) {
    const float before = parameters.flat()[place];
    for (const float bad : {NAN, INFINITY}) {
      parameters.flat()[place] = bad;
      SaveModel(folder_ / "float", parameters.config(), parameters);
      EXPECT_THROW(QuantizeInt8(folder_ / "float", folder_ / "int8", {}),
                   base::Error);
    }
    parameters.flat()[place] = before;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "int8/config.json"));
}

TEST_F(Int8Model, ADamagedFileIsRefused) {
  const Parameters parameters = RandomParameters(Shape());
  SaveModel(folder_ / "float", parameters.config(), parameters);
  QuantizeInt8(folder_ / "float", folder_ / "int8", {});
  Config other = Config::Load(folder_ / "int8");
  other.width = 200;
  other.Save(folder_ / "int8");
  EXPECT_THROW(Model::Load(folder_ / "int8"), base::Error);
  std::filesystem::copy_file(folder_ / "float/config.json",
                             folder_ / "int8/config.json",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW(Model::Load(folder_ / "int8"), base::Error);
}

}  // namespace
}  // namespace artspeak::gpt2
