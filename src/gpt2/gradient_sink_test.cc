#include "gpt2/gradient_sink.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gpt2/test_model.h"

namespace artspeak::gpt2 {
namespace {

TEST(GradientGroups, TogetherAreTheFlatBuffer) {
  const Config config = SmallConfig();
  std::vector<GradientGroup> groups = GradientGroups(config).InOrder();
  std::ranges::sort(groups, {}, &GradientGroup::offset);
  int64_t end = 0;
  for (const GradientGroup& group : groups) {
    EXPECT_EQ(group.offset, end);
    end += group.size;
  }
  EXPECT_EQ(end, config.parameter_count());
}

TEST(GradientGroups, HoldTheTensorsOfTheirNames) {
  const Config config = SmallConfig();
  const GradientGroups groups(config);
  const auto begins_at = [&](const char* name) {
    for (const TensorPlace& place : TensorPlaces(config)) {
      if (place.name == name) return place.offset;
    }
    return int64_t{-1};
  };
  EXPECT_EQ(groups.embeddings.offset, begins_at("wte.weight"));
  ASSERT_EQ(groups.layers.size(), 2u);
  EXPECT_EQ(groups.layers[0].offset, begins_at("h.0.ln_1.weight"));
  EXPECT_EQ(groups.layers[1].offset, begins_at("h.1.ln_1.weight"));
  EXPECT_EQ(groups.final_norm.offset, begins_at("ln_f.weight"));
}

TEST(GradientGroups, LendTheirMemoryToTheirTensors) {
  const Config config = SmallConfig();
  const std::vector<TensorPlace> places = TensorPlaces(config);
  const GradientGroup group = GradientGroups(config).layers[1];
  std::vector<float> memory(static_cast<size_t>(group.size));
  const auto tensors = TensorsOf(group, places, memory.data());
  ASSERT_EQ(tensors.size(), kLayerTensors);
  EXPECT_EQ(tensors[0], memory.data());
  EXPECT_EQ(tensors[1], memory.data() + config.width);
  for (const float* tensor : TensorsOf(group, places, nullptr)) {
    EXPECT_EQ(tensor, nullptr);
  }
}

}  // namespace
}  // namespace artspeak::gpt2
