#include "app/memory_choice.h"

#include <fmt/format.h>

#include "app/available_memory.h"
#include "train/memory_need.h"

namespace artspeak::app {

namespace {

std::string GB(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

}  // namespace

MemoryChoice ChooseMemory(const gpt2::Config& config, int T,
                          train::TrainOptions options,
                          std::optional<int64_t> usable) {
  constexpr double kShare = 0.9;  // the system and other programs need some too
  const auto need = [&](gpt2::Memory memory) {
    options.memory = memory;
    return static_cast<double>(train::TrainingBytes(config, T, options));
  };
  const double roomy = need(gpt2::Memory::kRoomy);
  if (!usable) {
    return {gpt2::Memory::kRoomy,
            fmt::format("Memory: about {}; how much there is is not known, so "
                        "say --memory low if it is too much",
                        GB(roomy))};
  }
  const auto has = static_cast<double>(*usable);
  if (roomy <= kShare * has) {
    return {gpt2::Memory::kRoomy,
            fmt::format("Memory: about {} of the {} that are free", GB(roomy),
                        GB(has))};
  }
  const double low = need(gpt2::Memory::kLow);
  return {gpt2::Memory::kLow,
          fmt::format("Memory: {} are free and the fastest way takes about {}, "
                      "so it trains as with --memory low, in about {}{}",
                      GB(has), GB(roomy), GB(low),
                      low <= has ? ""
                                 : ", which may still be too much: choose a "
                                   "smaller model or --batch-size")};
}

std::optional<int64_t> UsableMemory() {
  const std::optional<int64_t> available = AvailableMemory();
  if (!available) return std::nullopt;
  return *available + ResidentMemory();
}

}  // namespace artspeak::app
