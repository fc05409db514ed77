// Adam's two moments in 8 bits a number, in blocks with a scale for each moment
// (Dettmers et al., "8-bit Optimizers via Block-wise Quantization", ICLR 2022).
//
// A number x of a block whose scale is s, a power of two, has the code
//   floor((bits(|x| / s + c) - bits(c)) / 2^20 + u),   u random in [0, 1),
// bits(f) being the fp32 f read as an integer: its exponent and the first three
// bits of its fraction. So codes are nearly logarithmic, eight even steps in
// each octave down to s c, and below s c even steps of s c / 8, down to zero (a
// companding with straight pieces, as in ITU-T G.711).
//
// - The first moment has a sign and 7 bits: c = 2^-16, 16 octaves.
// - The second has 8 bits: c = 2^-32, 32 octaves, 16 of its root. Its code is
//   never 0: a divisor rounded to nothing would make the step huge. Its root's
//   least number is greater than the first moment's, each beside the block's
//   largest, so that what rounding makes of nearly nothing moves a weight no
//   further than the block's largest gradient moves its own.
// - Rounding is random, right on average: to nearest, a second moment could not
//   fall at all, since at beta2 0.999 a step takes away a thousandth and codes
//   are a tenth apart.
// - Scales are powers of two, so that a new scale moves the numbers by whole
//   octaves and most stay what they were.
#pragma once

#include <cstdint>

namespace artspeak::nn {

// Numbers that share a scale. The last block of a tensor may be shorter.
inline constexpr int64_t kMomentBlock = 256;

// One block; both moments zero at first: all codes and scales 0.
struct MomentBlock {
  uint8_t* first = nullptr;   // codes
  uint8_t* second = nullptr;  // codes
  float* first_scale = nullptr;
  float* second_scale = nullptr;
};

// Factors of one update (Kingma & Ba, "Adam", ICLR 2015, algorithm 1).
struct AdamFactors {
  float beta1, beta2;
  float rest1, rest2;    // 1 - beta
  float gradient_scale;  // of clipping
  float shrink;          // AdamW's decay: 1 - learning rate x decay
  float pull;            // Adam's decay: added to the gradient x weight
  float step_size;       // learning rate / (1 - beta1^t)
  float correction2;     // 1 / sqrt(1 - beta2^t)
  float epsilon;
};

}  // namespace artspeak::nn
