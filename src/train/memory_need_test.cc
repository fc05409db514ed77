#include "train/memory_need.h"

#include <gtest/gtest.h>

namespace artspeak::train {
namespace {

// Of OpenAI's releases, by their layers and width.
gpt2::Config Release(int layers, int width, int heads) {
  gpt2::Config config;
  config.layers = layers;
  config.width = width;
  config.heads = heads;
  config.context = 1024;
  config.vocab_size = 50257;
  return config;
}

double GB(const gpt2::Config& config, const TrainOptions& options) {
  return static_cast<double>(TrainingBytes(config, 1024, options)) / 1e9;
}

TEST(TrainingBytes, AreTheDocumentsBounds) {
  TrainOptions options;
  options.precision = gpt2::Precision::kBf16;
  options.memory = gpt2::Memory::kLow;
  EXPECT_LT(GB(Release(12, 768, 12), options), 1.4);
  EXPECT_LT(GB(Release(24, 1024, 16), options), 3.2);
  EXPECT_LT(GB(Release(36, 1280, 20), options), 7);
}

TEST(TrainingBytes, GrowWithWhatIsKept) {
  const gpt2::Config config = Release(24, 1024, 16);
  TrainOptions low, roomy;
  low.memory = gpt2::Memory::kLow;
  EXPECT_LT(2 * GB(config, low), GB(config, roomy));
  const double without = GB(config, low);
  low.optimizer.clip_norm = 1;
  EXPECT_NEAR(GB(config, low) - without, 0.71, 0.01);
  low.accumulate_gradients = 5;
  EXPECT_NEAR(GB(config, low) - without, 0.71, 0.01);
  TrainOptions sgd = roomy;
  sgd.optimizer.kind = OptimizerKind::kSgd;
  EXPECT_NEAR(GB(config, roomy) - GB(config, sgd), 8 * 0.355, 0.02);
  TrainOptions lora = roomy;
  lora.lora = 8;
  // Neither gradients nor moments but of 3.1 million adapters.
  EXPECT_NEAR(GB(config, roomy) - GB(config, lora), 12 * 0.355 - 20 * 0.00315,
              0.02);
  TrainOptions batch = roomy;
  batch.batch_size = 4;
  EXPECT_GT(GB(config, batch), GB(config, roomy) + 3);
}

}  // namespace
}  // namespace artspeak::train
