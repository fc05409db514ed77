// How much of a training step's work is kept in memory.
#pragma once

namespace artspeak::gpt2 {

enum class Memory {
  // All that the backward pass reads is kept from the forward pass.
  kRoomy,
  // Only what enters each block is kept, and the rest computed again (Chen et
  // al., "Training Deep Nets with Sublinear Memory Cost", 2016): the same bits,
  // by about a quarter more work.
  kLow,
};

}  // namespace artspeak::gpt2
