// Where the backward pass puts its gradients, a group of tensors at a time, so
// that nobody needs to hold them all.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gpt2/config.h"
#include "gpt2/low_rank.h"
#include "gpt2/parameters.h"

namespace artspeak::gpt2 {

// Neighbouring tensors in the flat buffer of Parameters, in numbers.
struct GradientGroup {
  int64_t offset = 0, size = 0;

  bool operator==(const GradientGroup&) const = default;
};

// All groups of a model; together they are the flat buffer.
struct GradientGroups {
  explicit GradientGroups(const Config& config);

  // In the order in which a backward pass completes them: the final norm; the
  // layers, the last one first; the embeddings.
  std::vector<GradientGroup> InOrder() const;

  GradientGroup embeddings;           // wte, wpe
  std::vector<GradientGroup> layers;  // all of one size
  GradientGroup final_norm;           // ln_f
};

// Where the group's tensors lie in `memory` that holds the group, in the order
// of `places` (TensorPlaces); null each if that is null.
std::vector<float*> TensorsOf(const GradientGroup& group,
                              std::span<const TensorPlace> places,
                              float* memory);

// A backward pass begins and completes every group once. The embeddings' it
// begins first of all and completes last; of the others one at a time is open.
// Called on the thread of the backward pass, outside of its loops.
class GradientSink {
 public:
  virtual ~GradientSink() = default;

  // Memory of group.size numbers, in the order of the flat buffer, that the
  // pass adds to until Done; or null, and it leaves out the work for gradients
  // that nobody wants.
  virtual float* Begin(const GradientGroup& group) = 0;

  // Of a layer whose Begin gave null: the changes whose gradients are wanted
  // instead, or null. They cost a fraction of the layer's own.
  virtual const LowRankBlock* LowRank(const GradientGroup&) { return nullptr; }

  // The group's gradients are complete, and this pass does not read its
  // parameters any more: they may be changed at once.
  virtual void Done(const GradientGroup& group) = 0;
};

// Adds everything to gradients in a buffer of their own, which must outlive it.
class WholeGradients : public GradientSink {
 public:
  explicit WholeGradients(Parameters& gradients) : gradients_(gradients) {}

  float* Begin(const GradientGroup& group) override {
    return gradients_.flat().data() + group.offset;
  }
  void Done(const GradientGroup&) override {}

 private:
  Parameters& gradients_;
};

}  // namespace artspeak::gpt2
