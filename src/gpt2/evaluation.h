// How well a model predicts a text.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "gpt2/kv_format.h"
#include "gpt2/model.h"

namespace artspeak::gpt2 {

struct Evaluation {
  double loss = 0;     // mean cross-entropy, nats per token
  int64_t tokens = 0;  // how many tokens were predicted
};

// With the weights and the arithmetic that write texts, predicts every token
// but the first, each once, in windows of the model's context that begin
// `stride` tokens apart: a stride below the context gives each token at least
// context - stride tokens to look back on (but those of the first window).
// kv: as for Inference. Progress counts tokens. Throws Error when there are
// fewer than two tokens, one is not of the vocabulary, or the stride is not
// from 1 to the context.
Evaluation Evaluate(std::shared_ptr<const Model> model,
                    std::span<const int32_t> tokens, int stride,
                    base::ThreadPool& pool, std::optional<KvFormat> kv = {},
                    const base::ProgressCallback& progress = {});

}  // namespace artspeak::gpt2
