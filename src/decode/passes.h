// The loops over the whole vocabulary, once for every instruction set.
#pragma once

#include <cstdint>

#include "nn/kernels.h"

namespace artspeak::decode {

// Tokens are read in blocks: what holds no candidate is skipped as a whole.
constexpr int64_t kBlock = 64;

// How many pivots a pass compares with, as measured: with less a search takes
// more passes, with more a pass takes longer.
constexpr int kPivots = 3;

// Distances of scores, up to 88, as keys: the nearer the higher.
constexpr float kNearnessSteps = 1 << 24;
constexpr int32_t kNearest = 88 * (1 << 24) + 1;

// What the passes read and write. One entry a token, id = place, padded to
// whole blocks.
struct Row {
  float* scores;    // <= 0; the most likely token's is 0
  float* weights;   // exp(score), or 0: no candidate any more
  int32_t* blocks;  // numbers of those that hold candidates, ascending
  float* sums;      // of the weights of each of `blocks`
  int64_t count;    // of `blocks`
};

// Every instruction set gives the same bits: lanes and the order of sums are
// fixed, and no multiplication is fused with an addition. Thread-safe.
struct Passes {
  // to = from; false if one is not a number, or +infinity.
  bool (*copy)(float* to, const float* from, int64_t count);
  // count: a multiple of kBlock, at least one.
  float (*highest)(const float* values, int64_t count);
  // scores, logits so far, become max((logit - highest) * scale, -88), weights
  // their exp within 2 units in the last place, 0 below -87.6. row.count: of
  // all blocks, those with a weight are listed.
  void (*weigh)(Row& row, float highest, float scale);
  // Only what has a key above `key`, or just that and an id up to `last`, stays
  // a candidate. Lists the blocks anew.
  void (*keep)(Row& row, const float* keys, float key, int32_t last);
  // sums (kPivots): of the weights of those whose key is at least the pivot;
  // pivots ascend.
  void (*add_up_weights)(const Row& row, const float* keys, const float* pivots,
                         double* sums);
  // The same with 1 for each.
  void (*count)(const Row& row, const float* keys, const float* pivots,
                double* sums);
  // Finds the tokens with from <= key < below, ascending; returns how many.
  int64_t (*collect)(const Row& row, const float* keys, float from, float below,
                     int32_t* tokens);
  // The sum of weight * score.
  double (*sum_scores)(const Row& row);
  // keys: floats whose bits are kNearest - |score - centre| * kNearnessSteps,
  // of the blocks listed. centre: in [-88, 0].
  void (*nearness)(const Row& row, float* keys, float centre);
};

// The passes of one instruction set; null if this processor lacks it.
const Passes* PassesOf(nn::InstructionSet set);

// The fastest this processor has.
const Passes& BestPasses();

}  // namespace artspeak::decode
