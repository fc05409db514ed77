#include "train/update.h"

#include <cassert>
#include <span>

#include "train/lora_update.h"
#include "train/low_memory_update.h"
#include "train/optimizer.h"

namespace artspeak::train {

namespace {

std::vector<Stretch> Stretches(const gpt2::Config& config,
                               const TrainOptions& options) {
  std::vector<Stretch> stretches;
  for (const gpt2::TensorPlace& tensor : gpt2::TensorPlaces(config)) {
    stretches.push_back({
        .offset = tensor.offset,
        .size = tensor.size,
        // Not biases and layer norms.
        .decays = tensor.shape.size() >= 2,
        .trained = !options.only_train_transformer_layers ||
                   tensor.name.starts_with("h."),
    });
  }
  return stretches;
}

class RoomyUpdate : public Update {
 public:
  RoomyUpdate(const gpt2::Config& config, Optimizer optimizer)
      : gradients_(config),
        sink_(gradients_),
        optimizer_(std::move(optimizer)) {}

  gpt2::GradientSink& SinkFor(int, const UpdateTarget&) override {
    return sink_;
  }
  void Finish(const UpdateTarget& target) override {
    optimizer_.Step(target.parameters.flat(), gradients_.flat(), target.moments,
                    target.learning_rate);
  }
  void Convert(Moments& moments) override { optimizer_.Convert(moments); }

 private:
  gpt2::Parameters gradients_;
  gpt2::WholeGradients sink_;
  Optimizer optimizer_;
};

}  // namespace

std::unique_ptr<Update> MakeUpdate(const gpt2::Config& config,
                                   const TrainOptions& options,
                                   std::vector<float>& adapters,
                                   uint64_t rounding_seed,
                                   base::ThreadPool& pool) {
  if (options.lora > 0) {
    return std::make_unique<LoraUpdate>(config, options, adapters, pool);
  }
  const bool low = options.memory == gpt2::Memory::kLow;
  Optimizer optimizer(
      options.optimizer, Stretches(config, options), pool,
      {low ? MomentForm::kInt8 : MomentForm::kFp32, rounding_seed});
  if (!low) {
    return std::make_unique<RoomyUpdate>(config, std::move(optimizer));
  }
  return std::make_unique<LowMemoryUpdate>(config, std::move(optimizer), pool,
                                           options.accumulate_gradients);
}

}  // namespace artspeak::train
