// Loops that do one thing as fast as the processor can, and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace artspeak::bench {

// Reads every byte once, front to back. The sum keeps the loop alive.
uint64_t ReadAll(std::span<const std::byte> bytes);

struct ArithmeticLoop {
  double operations;             // of one turn; a multiply-add is two
  double (*run)(int64_t turns);  // gives something to depend on
};

// With the widest registers there are; nothing where the processor lacks the
// instruction.
std::optional<ArithmeticLoop> Fp32Loop();  // fused multiply-add
std::optional<ArithmeticLoop> Bf16Loop();  // vdpbf16ps
std::optional<ArithmeticLoop> Int8Loop();  // vpdpbusd

}  // namespace artspeak::bench
