#include "gpt2/evaluation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "gpt2/training_pass.h"

namespace artspeak::gpt2 {

using base::Error;

namespace {

constexpr int64_t kBatchTokens = 2048;

}  // namespace

Evaluation Evaluate(const Parameters& parameters,
                    std::span<const int32_t> tokens, int stride,
                    base::ThreadPool& pool,
                    const base::ProgressCallback& progress) {
  const Config& config = parameters.config();
  if (tokens.size() < 2) {
    throw Error("a text of {} tokens has nothing to predict: give a longer one",
                tokens.size());
  }
  if (stride < 1 || stride > config.context) {
    throw Error(
        "a stride of {} leaves tokens out or never ends: choose 1 to "
        "{}, the model's context",
        stride, config.context);
  }
  const auto targets = static_cast<int64_t>(tokens.size()) - 1;
  const int64_t T = std::min<int64_t>(config.context, targets);
  const int64_t windows =
      targets <= T ? 1 : 1 + (targets - T + stride - 1) / stride;
  const int64_t B = std::clamp<int64_t>(kBatchTokens / T, 1, windows);
  TrainingPass pass(config, static_cast<int>(B), static_cast<int>(T), pool);

  std::vector<int32_t> inputs(static_cast<size_t>(B * T));
  std::vector<int32_t> wanted(inputs.size());
  double total = 0;
  int64_t done = 0;  // targets predicted so far
  for (int64_t window = 0; window < windows; window += B) {
    // What lies beyond the text, and what was predicted before, counts not.
    std::ranges::fill(inputs, 0);
    std::ranges::fill(wanted, -1);
    int64_t predicted = done;
    for (int64_t b = 0; b < std::min(B, windows - window); ++b) {
      const int64_t begin = (window + b) * stride;
      const int64_t end = std::min(begin + T, targets);
      for (int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<size_t>(b * T + i - begin);
        inputs[at] = tokens[static_cast<size_t>(i)];
        if (i >= predicted) wanted[at] = tokens[static_cast<size_t>(i) + 1];
      }
      predicted = end;
    }
    const float mean = pass.Forward(parameters, inputs, wanted);
    total += double{mean} * static_cast<double>(predicted - done);
    done = predicted;
    if (progress) progress({done, targets, ""});
  }
  if (!std::isfinite(total)) {
    throw base::Error(
        "the model computes values that are not numbers: its weights are "
        "damaged or its training diverged; use an earlier checkpoint");
  }
  return {total / static_cast<double>(targets), targets};
}

}  // namespace artspeak::gpt2
