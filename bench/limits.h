// What this machine can give at most, measured in the same minutes as our own
// figures.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "bench/figures.h"

namespace artspeak::bench {

// Reading memory on pages of 4 KB and of 2 MB, and multiplying and adding in
// fp32, bf16 and int8; each with one thread and with all of `threads`. Holds
// 512 MB. Not thread-safe.
class Limits {
 public:
  explicit Limits(int threads);
  ~Limits();

  // Measures everything three times more: half a second.
  void Measure();

  int threads() const { return all_.threads(); }

  // Medians with all threads, per second. Reading is that of the pages that
  // gave more; arithmetic that the processor has no instruction for is fp32's.
  double bytes() const;
  double fp32() const { return Peak("fp32"); }
  double bf16() const { return Peak("bf16"); }
  double int8() const { return Peak("int8"); }

  // A table: medians and ranges; says when the kernel gave no large pages.
  std::string Show() const;
  nlohmann::ordered_json ToJson() const;

 private:
  struct Limit;
  class Memory;
  const Limit* Find(const std::string& name) const;
  double Peak(const std::string& name) const;

  base::ThreadPool one_;
  base::ThreadPool all_;
  std::vector<Limit> limits_;
};

}  // namespace artspeak::bench
