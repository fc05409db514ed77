#include "app/memory_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/memory_need.h"

namespace artspeak::app {
namespace {

using ::testing::HasSubstr;

TEST(ChooseMemory, IsRoomyWhereThatFits) {
  const gpt2::Config config;
  const train::TrainOptions options;
  const int64_t need = train::TrainingBytes(config, config.context, options);
  const auto with = [&](double share) {
    return ChooseMemory(config, config.context, options,
                        static_cast<int64_t>(share * double(need)));
  };
  EXPECT_EQ(with(1.2).memory, gpt2::Memory::kRoomy);
  EXPECT_EQ(with(1.0).memory, gpt2::Memory::kLow);
  EXPECT_THAT(with(1.0).reason, HasSubstr("--memory low"));
  EXPECT_THAT(with(0.01).reason, HasSubstr("--batch-size"));
  const MemoryChoice unknown =
      ChooseMemory(config, config.context, options, std::nullopt);
  EXPECT_EQ(unknown.memory, gpt2::Memory::kRoomy);
  EXPECT_THAT(unknown.reason, HasSubstr("--memory low"));
}

}  // namespace
}  // namespace artspeak::app
