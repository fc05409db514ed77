#include "train/low_memory_update.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <span>
#include <utility>

namespace artspeak::train {

namespace {

constexpr int64_t kGrain = 1 << 16;  // numbers in one task

}  // namespace

LowMemoryUpdate::LowMemoryUpdate(const gpt2::Config& config,
                                 Optimizer optimizer, base::ThreadPool& pool,
                                 int passes)
    : groups_(config),
      optimizer_(std::move(optimizer)),
      pool_(pool),
      passes_(passes) {
  if (passes_ > 1 || optimizer_.clips()) {
    waiting_.resize(static_cast<size_t>(config.parameter_count()));
  }
}

gpt2::GradientSink& LowMemoryUpdate::SinkFor(int pass,
                                             const UpdateTarget& target) {
  pass_ = pass;
  target_ = &target;
  if (pass == passes_ - 1) {
    square_sum_ = 0;
    optimizer_.Begin(target.parameters.flat().size(), target.moments,
                     target.learning_rate);
  }
  return *this;
}

float* LowMemoryUpdate::Begin(const gpt2::GradientGroup& group) {
  if (!optimizer_.Trains(group.offset, group.size)) return nullptr;
  Workplace& place = PlaceOf(group);
  if (pass_ > 0) {
    Load(group);
  } else {
    pool_.For(place.used, kGrain, [&](int64_t begin, int64_t end) {
      std::fill_n(place.memory.data() + begin, end - begin, 0.0f);
    });
    place.used = group.size;
  }
  return place.memory.data();
}

void LowMemoryUpdate::Done(const gpt2::GradientGroup& group) {
  if (!optimizer_.Trains(group.offset, group.size)) return;
  const bool last = pass_ == passes_ - 1;
  if (last && !optimizer_.clips()) {
    Apply(group, *target_, 1);
    return;
  }
  if (last) {
    square_sum_ += optimizer_.SquareSum(
        group.offset,
        PlaceOf(group).memory.span().first(static_cast<size_t>(group.size)));
  }
  Store(group);
}

void LowMemoryUpdate::Finish(const UpdateTarget& target) {
  if (optimizer_.clips()) {
    const double scale = optimizer_.ClipScale(square_sum_);
    for (const gpt2::GradientGroup& group : groups_.InOrder()) {
      if (!optimizer_.Trains(group.offset, group.size)) continue;
      Load(group);
      Apply(group, target, scale);
    }
  }
  target_ = nullptr;
}

void LowMemoryUpdate::Convert(Moments& moments) { optimizer_.Convert(moments); }

LowMemoryUpdate::Workplace& LowMemoryUpdate::PlaceOf(
    const gpt2::GradientGroup& group) {
  const bool embeddings = group == groups_.embeddings;
  Workplace& place = embeddings ? embeddings_ : others_;
  if (place.memory.size() == 0) {
    place.memory = nn::Buffer(
        embeddings ? group.size
                   : std::max(groups_.layers[0].size, groups_.final_norm.size));
  }
  return place;
}

void LowMemoryUpdate::Load(const gpt2::GradientGroup& group) {
  Workplace& place = PlaceOf(group);
  place.used = std::max(place.used, group.size);
  float* to = place.memory.data();
  const nn::Bfloat16* from = &waiting_[static_cast<size_t>(group.offset)];
  pool_.For(group.size, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      to[i] = std::bit_cast<float>(uint32_t{from[i].bits} << 16);
    }
  });
}

void LowMemoryUpdate::Store(const gpt2::GradientGroup& group) {
  const float* from = PlaceOf(group).memory.data();
  nn::Bfloat16* to = &waiting_[static_cast<size_t>(group.offset)];
  pool_.For(group.size, kGrain, [&](int64_t begin, int64_t end) {
    kernels_.round_to_bf16(to + begin, from + begin, end - begin);
  });
}

void LowMemoryUpdate::Apply(const gpt2::GradientGroup& group,
                            const UpdateTarget& target, double gradient_scale) {
  Workplace& place = PlaceOf(group);
  optimizer_.Update(target.parameters.flat(), group.offset,
                    place.memory.span().first(static_cast<size_t>(group.size)),
                    target.moments, gradient_scale);
  if (group.size >= place.used) place.used = 0;
}

}  // namespace artspeak::train
