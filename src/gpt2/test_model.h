// What the tests of this room share: small models with random numbers
// everywhere, so that no term hides behind a zero or a one.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "gpt2/config.h"
#include "gpt2/parameters.h"

namespace artspeak::gpt2 {

inline Config SmallConfig() {
  return {
      .vocab_size = 41, .context = 24, .layers = 2, .width = 12, .heads = 3};
}

inline Parameters RandomParameters(const Config& config, uint64_t seed = 1,
                                   double deviation = 0.2) {
  Parameters parameters = InitialParameters(config, seed);
  base::RandomStream random(seed, 1 << 20);
  for (float& value : parameters.flat()) {
    value += static_cast<float>(deviation * random.Normal());
  }
  return parameters;
}

inline std::vector<int32_t> RandomTokens(int64_t count, int vocab_size,
                                         uint64_t seed = 1) {
  base::RandomStream random(seed);
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < count; ++i) {
    tokens.push_back(
        static_cast<int32_t>(random.Below(static_cast<uint64_t>(vocab_size))));
  }
  return tokens;
}

}  // namespace artspeak::gpt2
