#include "train/validation.h"

#include <algorithm>
#include <cassert>

namespace artspeak::train {

Validation::Validation(std::span<const int32_t> tokens, int B, int T)
    : tokens_(tokens),
      B_(B),
      T_(T),
      inputs_(static_cast<size_t>(B) * T),
      targets_(static_cast<size_t>(B) * T) {
  assert(tokens.size() >= 2);
  // The last token is only a target.
  const int64_t usable = static_cast<int64_t>(tokens.size()) - 1;
  const int64_t all = (usable + T - 1) / T;
  const int64_t most = std::max<int64_t>(1, kValidationTokens / T);
  const int64_t count = std::min(all, most);
  for (int64_t i = 0; i < count; ++i) starts_.push_back(i * all / count * T);
}

std::optional<double> Validation::Loss(const gpt2::Parameters& parameters,
                                       gpt2::TrainingPass& pass,
                                       std::stop_token stop) {
  double sum = 0;
  int64_t total = 0;
  for (size_t first = 0; first < starts_.size(); first += B_) {
    if (stop.stop_requested()) return std::nullopt;
    std::fill(inputs_.begin(), inputs_.end(), 0);
    std::fill(targets_.begin(), targets_.end(), -1);  // ignored
    int64_t count = 0;
    for (int b = 0; b < B_ && first + b < starts_.size(); ++b) {
      const int64_t start = starts_[first + b];
      const int64_t length = std::min<int64_t>(
          T_, static_cast<int64_t>(tokens_.size()) - 1 - start);
      const auto from = tokens_.begin() + start;
      std::copy_n(from, length, inputs_.begin() + int64_t{b} * T_);
      std::copy_n(from + 1, length, targets_.begin() + int64_t{b} * T_);
      count += length;
    }
    sum += static_cast<double>(pass.Forward(parameters, inputs_, targets_)) *
           static_cast<double>(count);
    total += count;
  }
  return sum / static_cast<double>(total);
}

}  // namespace artspeak::train
