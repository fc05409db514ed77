#include "decode/batch_sampler.h"

#include <exception>
#include <utility>

#include "decode/fault.h"

namespace artspeak::decode {

void BatchSampler::Run(std::span<Draw> draws) {
  pool_.For(static_cast<int64_t>(draws.size()), 1, [&](int64_t begin, int64_t) {
    Draw& draw = draws[static_cast<size_t>(begin)];
    try {
      std::unique_ptr<Sampler> sampler = Take();
      draw.token = draw.sequence->Draw(draw.logits, *sampler);
      GiveBack(std::move(sampler));
      draw.chances = draw.sequence->Chances(draw.logits, draw.token);
    } catch (const std::exception& error) {
      draw.fault = FaultSentence(error);
    }
  });
}

std::unique_ptr<Sampler> BatchSampler::Take() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto sampler = std::move(idle_.back());
      idle_.pop_back();
      return sampler;
    }
  }
  return std::make_unique<Sampler>();
}

void BatchSampler::GiveBack(std::unique_ptr<Sampler> sampler) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(sampler));
}

}  // namespace artspeak::decode
