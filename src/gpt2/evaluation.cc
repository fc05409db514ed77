#include "gpt2/evaluation.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/error.h"
#include "gpt2/inference.h"
#include "nn/kernels.h"

namespace artspeak::gpt2 {

using base::Error;

Evaluation Evaluate(std::shared_ptr<const Model> model,
                    std::span<const int32_t> tokens, int stride,
                    base::ThreadPool& pool, std::optional<KvFormat> kv,
                    const base::ProgressCallback& progress) {
  const int context = model->config().context;
  const int64_t V = model->config().vocab_size;
  if (tokens.size() < 2) {
    throw Error("a text of {} tokens has nothing to predict: give a longer one",
                tokens.size());
  }
  if (stride < 1 || stride > context) {
    throw Error(
        "a stride of {} leaves tokens out or never ends: choose 1 to "
        "{}, the model's context",
        stride, context);
  }
  for (const int32_t token : tokens) {
    if (token < 0 || token >= V) {
      throw Error(
          "token {} is not of the model's vocabulary of {}: the text was "
          "encoded "
          "for another model",
          token, V);
    }
  }
  Inference inference(std::move(model), pool);
  const nn::Kernels& kernels = nn::BestKernels();
  const auto targets = static_cast<int64_t>(tokens.size()) - 1;
  double total = 0;
  int64_t done = 0;  // targets predicted so far
  for (int64_t begin = 0; done < targets; begin += stride) {
    const int64_t end = std::min(begin + context, targets);
    const std::span<const float> logits =
        inference.AllLogits(tokens.subspan(static_cast<size_t>(begin),
                                           static_cast<size_t>(end - begin)),
                            kv);
    std::vector<double> losses(static_cast<size_t>(end - done));
    pool.For(end - done, 1, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        const float* row = logits.data() + (done + i - begin) * V;
        std::vector<float> scores(row, row + V);
        const float log_sum = kernels.softmax(scores.data(), V, 1.0f);
        losses[static_cast<size_t>(i)] =
            double{log_sum} - row[tokens[static_cast<size_t>(done + i + 1)]];
      }
    });
    for (const double loss : losses) total += loss;
    done = end;
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
