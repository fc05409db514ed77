// Which way of training fits into this machine's memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gpt2/config.h"
#include "train/options.h"

namespace artspeak::app {

struct MemoryChoice {
  gpt2::Memory memory = gpt2::Memory::kRoomy;
  std::string reason;  // a sentence for the person
};

// Roomy where that fits into `usable` bytes with a tenth to spare, or they are
// not known; else low. options.memory does not matter.
MemoryChoice ChooseMemory(const gpt2::Config& config, int T,
                          train::TrainOptions options,
                          std::optional<int64_t> usable);

// Bytes that this process has and may still take.
std::optional<int64_t> UsableMemory();

}  // namespace artspeak::app
