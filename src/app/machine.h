// The machine that a run was trained on, in words.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::app {

struct Machine {
  std::string processor;     // "Intel(R) Xeon(R) Processor @ 2.70GHz"
  std::string instructions;  // those that count here: "AVX2, AVX-512, VNNI"
};

// cpuinfo: as Linux writes /proc/cpuinfo. What is not in it stays empty.
Machine ParseMachine(std::string_view cpuinfo);

// This one.
Machine ThisMachine();

}  // namespace artspeak::app
