#include "train/memory_need.h"

#include <algorithm>

#include "gpt2/gradient_sink.h"

namespace artspeak::train {

namespace {

// Program, libraries, tokens, the index of passages.
constexpr int64_t kAround = 100 << 20;

bool IsLow(const TrainOptions& options) {
  return options.memory == gpt2::Memory::kLow;
}

// What gpt2::TrainingPass keeps.
int64_t PassBytes(const gpt2::Config& config, int T,
                  const TrainOptions& options) {
  const bool bf16 = options.precision == gpt2::Precision::kBf16;
  const int64_t number = bf16 ? 2 : 4;  // bytes of what only products read
  const int64_t N = int64_t{options.batch_size} * T, C = config.width;
  const int64_t V = config.vocab_size;
  const int64_t block = std::min<int64_t>(V, 2048);  // of the vocabulary
  const int64_t widest = std::max(4 * C, block);

  const int64_t residual = 4 * N * C * (config.layers + 1);
  // In fp32 3 C of attention's, C between, 4 C before GELU.
  const int64_t layer = N * C * (4 * 8 + number * 7);
  const int64_t layers = layer * (IsLow(options) ? 1 : config.layers);
  const int64_t logits = 4 * N * (IsLow(options) ? block : V);
  const int64_t scratch = 4 * 9 * N * C;
  const int64_t rounded =
      bf16 ? N * C * (16 + 8) + 2 * widest * (C + 2 * N) : 0;
  return residual + layers + logits + scratch + rounded;
}

}  // namespace

int64_t TrainingBytes(const gpt2::Config& config, int T,
                      const TrainOptions& options) {
  const int64_t parameters = config.parameter_count();
  const bool has_moments = options.optimizer.kind != OptimizerKind::kSgd;
  int64_t for_each = 4;  // bytes of a parameter, then of what goes with it
  int64_t gradients = 0;
  if (options.lora > 0) {
    // All adapters: they, as they were, gradients and moments.
    const int64_t adapters =
        16 * int64_t{config.width} * options.lora * config.layers;
    gradients = adapters * (12 + (has_moments ? 8 : 0));
  } else if (IsLow(options)) {
    const gpt2::GradientGroups groups(config);
    gradients = 4 * (groups.embeddings.size + groups.layers[0].size);
    for_each += has_moments ? 2 : 0;
    const bool wait =
        options.accumulate_gradients > 1 || options.optimizer.clip_norm > 0;
    for_each += wait ? 2 : 0;
  } else {
    for_each += 4 + (has_moments ? 8 : 0);
  }
  return for_each * parameters + gradients + PassBytes(config, T, options) +
         kAround;
}

}  // namespace artspeak::train
