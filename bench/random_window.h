// A window of random tokens to train on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace artspeak::bench {

// T inputs and, one place on, their T targets. The same every time.
class RandomWindow {
 public:
  RandomWindow(int T, int vocab_size);

  std::span<const int32_t> inputs() const {
    return std::span(tokens_).first(tokens_.size() - 1);
  }
  std::span<const int32_t> targets() const {
    return std::span(tokens_).subspan(1);
  }

 private:
  std::vector<int32_t> tokens_;
};

}  // namespace artspeak::bench
