#include "train/lora_update.h"

#include "base/error.h"

namespace artspeak::train {

namespace {

// Before anything refers to them.
std::vector<float>& Begun(std::vector<float>& adapters, const Lora& lora,
                          uint64_t seed) {
  if (adapters.empty()) adapters = lora.InitialAdapters(seed);
  if (static_cast<int64_t>(adapters.size()) != lora.size()) {
    throw base::Error(
        "the run's state holds {} numbers of --lora {}, and its model needs "
        "{}: "
        "start it again with --restore-from fresh",
        adapters.size(), lora.rank(), lora.size());
  }
  return adapters;
}

}  // namespace

LoraUpdate::LoraUpdate(const gpt2::Config& config, const TrainOptions& options,
                       std::vector<float>& adapters, base::ThreadPool& pool)
    : lora_(config, options.lora, pool),
      adapters_(Begun(adapters, lora_, options.seed)),
      gradients_(adapters_.size()),
      sink_(lora_, config, adapters_, gradients_),
      optimizer_(options.optimizer,
                 std::vector<Stretch>{
                     {.offset = 0, .size = lora_.size(), .decays = true}},
                 pool) {}

void LoraUpdate::Finish(const UpdateTarget& target) {
  before_ = adapters_;
  optimizer_.Step(adapters_, gradients_, target.moments, target.learning_rate);
  lora_.Move(target.parameters.flat(), before_, adapters_);
}

}  // namespace artspeak::train
