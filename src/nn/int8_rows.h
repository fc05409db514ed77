// Rows of numbers in 8 bits, as attention reads its keys and values.
#pragma once

#include <cstdint>

namespace artspeak::nn {

// Rows of D numbers lie in blocks of this many: first the scales of a block's
// rows, fp32, then the rows, a signed byte a number; number = byte · scale. So
// keys are one stream from front to back, and four rows' scales one load.
inline constexpr int64_t kInt8RowBlock = 16;

// Bytes of the blocks that hold `rows` rows: a multiple of 16.
constexpr int64_t Int8RowsBytes(int64_t rows, int64_t D) {
  const int64_t blocks = (rows + kInt8RowBlock - 1) / kInt8RowBlock;
  return blocks * kInt8RowBlock * (static_cast<int64_t>(sizeof(float)) + D);
}

}  // namespace artspeak::nn
