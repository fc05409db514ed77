// Changes of low rank to the matrices of a block, as LoRA learns them: Hu et
// al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022.
#pragma once

namespace artspeak::gpt2 {

// A matrix W (In, Out) has become W + scale · A · Bᵀ. Here are A (In, rank) and
// B (Out, rank), and where their gradients are added.
struct LowRankChange {
  int rank = 0;
  float scale = 1;
  const float* a = nullptr;
  const float* b = nullptr;
  float* da = nullptr;
  float* db = nullptr;
};

struct LowRankBlock {
  LowRankChange attn, attn_proj, fc, fc_proj;
};

}  // namespace artspeak::gpt2
