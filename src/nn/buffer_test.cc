#include "nn/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace artspeak::nn {
namespace {

TEST(Buffer, StartsZeroedAndAlignedAtAnySize) {
  for (const int64_t size : {int64_t{1}, int64_t{100}, int64_t{1} << 20}) {
    const Buffer buffer(size);
    ASSERT_EQ(buffer.size(), size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % 64, 0u);
    EXPECT_TRUE(std::ranges::all_of(buffer.span(),
                                    [](float value) { return value == 0; }));
  }
}

TEST(Buffer, CopyIsIndependentAndMoveTakesOver) {
  Buffer first(1 << 20);
  first.data()[7] = 1;
  Buffer second = first;
  second.data()[7] = 2;
  EXPECT_EQ(first.data()[7], 1);
  const float* data = second.data();
  first = std::move(second);
  EXPECT_EQ(first.data(), data);
  EXPECT_EQ(first.data()[7], 2);
}

TEST(Buffer, ImpossibleSizeThrows) {
  EXPECT_THROW(Buffer(std::numeric_limits<int64_t>::max() / 4), std::bad_alloc);
  EXPECT_THROW(Buffer(-1), std::bad_alloc);
  EXPECT_EQ(Buffer(0).size(), 0);
}

}  // namespace
}  // namespace artspeak::nn
