// What AdamW and Adam remember of the gradients, in 32 or 8 bits a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/moment_codes.h"

namespace artspeak::train {

enum class MomentForm { kFp32, kInt8 };

// Codes and scales of nn/moment_codes.h. Blocks are of kMomentBlock numbers and
// begin anew with every tensor, so that a small one keeps scales of its own.
struct QuantizedMoments {
  std::vector<uint8_t> first, second;              // as many as parameters
  std::vector<float> first_scales, second_scales;  // one a block

  // The block that begins at parameter `offset`, number `block` of all.
  nn::MomentBlock At(int64_t offset, int64_t block);
};

// Empty until the first step, and always with SGD; then one of the two forms,
// as long as the parameters. A mean of gradients and one of their squares.
struct Moments {
  std::vector<float> first = {}, second = {};
  QuantizedMoments quantized = {};
  int64_t updates = 0;  // steps that went into them, for the bias correction

  // How many numbers each of the two holds.
  size_t size() const { return first.size() + quantized.first.size(); }
  // Of moments that are not empty.
  MomentForm form() const {
    return first.empty() ? MomentForm::kInt8 : MomentForm::kFp32;
  }
};

}  // namespace artspeak::train
