// The next tokens of many texts at once.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "decode/sampler.h"
#include "decode/sequence.h"

namespace artspeak::decode {

// What is drawn for one text.
struct Draw {
  Sequence* sequence = nullptr;
  std::span<const float> logits;  // (V)
  text::TokenId token = 0;
  std::optional<TokenChances> chances = {};  // where the text asks for them
  std::string fault = {};  // one sentence if no token could be drawn
};

// Shares the draws of a step out to a pool. Each depends on its own sequence
// and logits alone, so the tokens are the same whatever the threads. Not
// thread-safe; `pool` must outlive it.
class BatchSampler {
 public:
  explicit BatchSampler(base::ThreadPool& pool) : pool_(pool) {}

  // Fills in every draw's token and chances, or fault. Each sequence at most
  // once.
  void Run(std::span<Draw> draws);

 private:
  std::unique_ptr<Sampler> Take();
  void GiveBack(std::unique_ptr<Sampler> sampler);

  base::ThreadPool& pool_;
  std::mutex mutex_;  // guards idle_
  // As many as ever worked at once; they hold some 800 KB each for GPT-2.
  std::vector<std::unique_ptr<Sampler>> idle_;
};

}  // namespace artspeak::decode
