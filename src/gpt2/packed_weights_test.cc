#include "gpt2/packed_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "gpt2/evaluation.h"
#include "gpt2/inference.h"
#include "gpt2/model_directory.h"
#include "gpt2/test_model.h"
#include "gpt2/weight_packer.h"
#include "tests/support/testing.h"

namespace artspeak::gpt2 {
namespace {

class PackedModel : public ::testing::Test {
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

  // Stores the model, and a packed copy; returns where that is.
  std::filesystem::path Packed(const Parameters& parameters,
                               WeightFormat format) {
    SaveModel(folder_ / "float", parameters.config(), parameters);
    std::filesystem::remove_all(folder_ / "packed");
    Quantize(folder_ / "float", folder_ / "packed", format, pool_, {});
    return folder_ / "packed";
  }

  // Of packed logits from those of floats, in deviations of the latter.
  double Error(const Parameters& parameters, WeightFormat format) {
    const auto rounded = Logits(Packed(parameters, format));
    const auto exact = Logits(folder_ / "float");
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

// A number of a group of N(0, 1) errs in int8 by up to 1/127 of the group's
// largest, some 3: a deviation of 3 / 127 / sqrt(12) = 0.7 % on either side of
// a product, 1 % together; three layers add up to about twice that. In int4 a
// weight errs by less than 8.5 % (packed_linear_test), and that is doubled likewise.
// In bf16 by up to 1/256: a deviation of 0.15 %.
struct Tolerance {
  WeightFormat format;
  double error;
};
constexpr Tolerance kTolerances[] = {{WeightFormat::kBf16, 0.006},
                                     {WeightFormat::kInt8, 0.03},
                                     {WeightFormat::kInt4, 0.2}};

TEST_F(PackedModel, ComputesNearlyWhatTheFloatsCompute) {
  const Parameters parameters = RandomParameters(Shape(), 1, 0.05);
  for (const auto& [format, tolerance] : kTolerances) {
    const double error = Error(parameters, format);
    EXPECT_LT(error, tolerance) << NameOf(format);
    EXPECT_GT(error, tolerance / 10) << NameOf(format);
  }
}

TEST_F(PackedModel, GainsThatDifferWidelyDoNotMatter) {
  Parameters parameters = RandomParameters(Shape(), 1, 0.05);
  std::vector<double> before;
  for (const auto& [format, tolerance] : kTolerances) {
    before.push_back(Error(parameters, format));
  }
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
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_NEAR(Error(parameters, kTolerances[i].format), before[i],
                kTolerances[i].error / 30);
  }
}

TEST_F(PackedModel, ATokensLogitsHaveTheSameBitsWhateverTheSlices) {
  const Parameters parameters = RandomParameters(Shape(), 1, 0.05);
  for (const auto& [format, tolerance] : kTolerances) {
    const auto model = Model::Load(Packed(parameters, format));
    const std::vector<float> all = Logits(folder_ / "packed");
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
}

TEST_F(PackedModel, IsTheSamePackedInMemory) {
  const Parameters parameters = RandomParameters(Shape(), 1, 0.05);
  for (const auto& [format, tolerance] : kTolerances) {
    const auto stored = Logits(Packed(parameters, format));
    for (const char* folder : {"float", "packed"}) {
      Inference inference(Model::Load(folder_ / folder, format, pool_), pool_);
      const auto logits = inference.AllLogits(tokens_);
      EXPECT_TRUE(std::ranges::equal(logits, stored));
    }
  }
  EXPECT_THROW(Model::Load(folder_ / "packed", WeightFormat::kInt8, pool_),
               base::Error);
}

TEST_F(PackedModel, ServesToWriteNotToTrain) {
  const Parameters parameters = RandomParameters(Shape());
  for (const auto& [format, tolerance] : kTolerances) {
    Packed(parameters, format);
    EXPECT_THROW(LoadParameters(folder_ / "packed"), base::Error);
    EXPECT_THROW(
        Quantize(folder_ / "packed", folder_ / "twice", format, pool_, {}),
        base::Error);
    EXPECT_GT(
        Evaluate(Model::Load(folder_ / "packed"), tokens_, 40, pool_).loss, 0);
  }
}

TEST_F(PackedModel, NumbersThatAreNoneAreNotRoundedAway) {
  Parameters parameters = RandomParameters(Shape());
  const size_t places[] = {7, parameters.flat().size() / 2,
                           parameters.flat().size() - 1};
  for (const size_t place : places) {
    const float before = parameters.flat()[place];
    for (const float bad : {NAN, INFINITY}) {
      parameters.flat()[place] = bad;
      for (const auto& [format, tolerance] : kTolerances) {
        EXPECT_THROW(Packed(parameters, format), base::Error);
        EXPECT_FALSE(std::filesystem::exists(folder_ / "packed/config.json"));
      }
    }
    parameters.flat()[place] = before;
  }
}

TEST_F(PackedModel, ADamagedFileIsRefused) {
  const Parameters parameters = RandomParameters(Shape());
  Packed(parameters, WeightFormat::kInt8);
  Config other = Config::Load(folder_ / "packed");
  other.width = 200;
  other.Save(folder_ / "packed");
  EXPECT_THROW(Model::Load(folder_ / "packed"), base::Error);
  other = Config::Load(folder_ / "float");
  other.weights = WeightFormat::kInt4;
  other.Save(folder_ / "packed");
  EXPECT_THROW(Model::Load(folder_ / "packed"), base::Error);
  std::filesystem::copy_file(folder_ / "float/config.json",
                             folder_ / "packed/config.json",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW(Model::Load(folder_ / "packed"), base::Error);
}

}  // namespace
}  // namespace artspeak::gpt2
