// Endless random windows of a token stream, for training.
#pragma once

#include <cstdint>
#include <span>

#include "base/random.h"

namespace artspeak::corpus {

// Batches of B windows: T inputs and, one place on, their T targets, at
// uniformly random starts. The place in the random stream is the place in the
// data, so a run goes on where it stopped. Not thread-safe.
class BatchStream {
 public:
  // The tokens must outlive the stream. Throws Error if there are fewer than
  // the T + 1 of one window.
  BatchStream(std::span<const int32_t> tokens, int B, int T,
              base::RandomStream random);

  // inputs, targets: (B, T).
  void Next(std::span<int32_t> inputs, std::span<int32_t> targets);

  uint64_t position() const { return random_.position(); }
  // To a position that was returned by position().
  void Seek(uint64_t position) { random_.Seek(position); }

 private:
  std::span<const int32_t> tokens_;
  int B_;
  int T_;
  base::RandomStream random_;
};

}  // namespace artspeak::corpus
