#include "bench/random_window.h"

#include "base/random.h"

namespace artspeak::bench {

RandomWindow::RandomWindow(int T, int vocab_size)
    : tokens_(static_cast<size_t>(T) + 1) {
  base::RandomStream random(1);
  for (int32_t& token : tokens_) {
    token =
        static_cast<int32_t>(random.Below(static_cast<uint64_t>(vocab_size)));
  }
}

}  // namespace artspeak::bench
