// Runs of `artspeak finetune` on a tiny model, one undisturbed and others that
// must end as that one did, byte for byte.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/testing.h"

namespace artspeak::faults {

// A data set of made-up sentences, and the folder the program works in.
class Finetune : public ::testing::Test {
 protected:
  static constexpr int kSteps = 60;

  Finetune() { MakeDataset(directory_.path()); }

  static void MakeDataset(const std::filesystem::path& directory);

  // With every kind of state there is: dropout, accumulation, a schedule,
  // samples, validation; bf16 products where the processor has them.
  static std::vector<std::string> Command(const std::string& run_name,
                                          int64_t steps = kSteps);
  // A run of few steps that saves after each.
  static std::vector<std::string> ShortCommand(const std::string& run_name);

  // The run that nothing disturbs; its seconds.
  double RunStraight(
      const std::vector<std::string>& command = Command("straight"));

  std::filesystem::path Run(const std::string& name) const {
    return directory_ / "runs" / name;
  }
  // A finished run would add its steps when it is started again.
  static bool HasFinished(const std::filesystem::path& run);

  // The last checkpoint, and the log but for what depends on time.
  void ExpectSameCheckpoint(const std::filesystem::path& run) const;
  // Also the best, the samples, and nothing left over.
  void ExpectSameAsStraight(const std::filesystem::path& run) const;

  testing::TempDir directory_;
};

}  // namespace artspeak::faults
