#include "corpus/batches.h"

#include <algorithm>
#include <cassert>

#include "base/error.h"

namespace artspeak::corpus {

BatchStream::BatchStream(std::span<const int32_t> tokens, int B, int T,
                         base::RandomStream random)
    : tokens_(tokens), B_(B), T_(T), random_(random) {
  assert(B > 0 && T > 0);
  if (tokens.size() <= static_cast<size_t>(T)) {
    throw base::Error(
        "the data set has {} tokens, and one window of training needs {}: add "
        "text, or choose a shorter context for a new model",
        tokens.size(), T + 1);
  }
}

void BatchStream::Next(std::span<int32_t> inputs, std::span<int32_t> targets) {
  const auto T = static_cast<size_t>(T_);
  assert(inputs.size() == B_ * T && targets.size() == B_ * T);
  for (size_t b = 0; b < static_cast<size_t>(B_); ++b) {
    const int32_t* start = tokens_.data() + random_.Below(tokens_.size() - T);
    std::copy_n(start, T, inputs.data() + b * T);
    std::copy_n(start + 1, T, targets.data() + b * T);
  }
}

}  // namespace artspeak::corpus
