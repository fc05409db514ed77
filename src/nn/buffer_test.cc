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

TEST(Buffer, GrowsAroundItsNumbers) {
  for (const int64_t size : {int64_t{0}, int64_t{100}, int64_t{1} << 20}) {
    for (const int64_t larger : {size + 1, size + 5000, 3 * size + (1 << 20)}) {
      Buffer buffer(size);
      for (int64_t i = 0; i < size; ++i) {
        buffer.data()[i] = static_cast<float>(i + 1);
      }
      buffer.Grow(larger);
      ASSERT_EQ(buffer.size(), larger);
      for (int64_t i = 0; i < larger; ++i) {
        ASSERT_EQ(buffer.data()[i], i < size ? static_cast<float>(i + 1) : 0);
      }
      buffer.Grow(size);  // never smaller
      EXPECT_EQ(buffer.size(), larger);
    }
  }
}

TEST(Buffer, ImpossibleSizeThrows) {
  EXPECT_THROW(Buffer(std::numeric_limits<int64_t>::max() / 4), std::bad_alloc);
  EXPECT_THROW(Buffer(-1), std::bad_alloc);
  EXPECT_THROW(Buffer(1 << 20).Grow(std::numeric_limits<int64_t>::max() / 4),
               std::bad_alloc);
  EXPECT_EQ(Buffer(0).size(), 0);
}

}  // namespace
}  // namespace artspeak::nn
