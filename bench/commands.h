// The commands of artspeak-bench. Each prints tables to standard output and
// returns all its figures.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nn/packed_matrix.h"

namespace artspeak::bench {

// What all races share.
struct RaceOptions {
  int rounds = 3;
  int threads = 0;                               // 0: one for each processor
  bool peers = true;                             // run those that are installed
  std::filesystem::path folder = "build/bench";  // for models, some GB
};

struct GenerateOptions : RaceOptions {
  std::string model = "355M";  // a shape, or a model directory
  std::vector<std::string> weights = {"int8"};
  std::string kv;  // format of our keys and values; empty: what suits weights
  int texts = 5;
  int length = 400;          // tokens of a text
  bool with_batches = true;  // compare these numbers of texts at once
  std::vector<int> batches = {1, 2, 4, 5, 8, 16, 32, 64};
  int batch_length = 128;       // tokens of a text there
  std::filesystem::path chart;  // SVG of them; empty: none
};

struct TrainOptions : RaceOptions {
  std::string shape = "124M";
  int tokens = 1024;  // of the one window
};

struct PassOptions : RaceOptions {
  std::string shape = "355M";
  int tokens = 1024;  // of the one window
};

struct RecipeOptions : RaceOptions {
  std::filesystem::path text;
  int steps = 2000;
};

struct TokenizeOptions : RaceOptions {
  std::filesystem::path texts;       // empty: this project's own prose
  std::filesystem::path vocabulary;  // empty: GPT-2's, or one learnt from them
};

// All throw Error.
nlohmann::ordered_json RunGenerate(const GenerateOptions& options);
nlohmann::ordered_json RunTrain(const TrainOptions& options);
nlohmann::ordered_json RunPass(const PassOptions& options);
nlohmann::ordered_json RunRecipe(const RecipeOptions& options);
nlohmann::ordered_json RunTokenize(const TokenizeOptions& options);

// Microseconds a token of each sampler, beside one pass over the logits and
// beside sorting them. One thread.
void RunSampler(int rounds);
// All products of one token of GPT-2 355M with packed weights, for batches of
// several sizes, beside reading the same bytes and nothing else.
void RunProducts(nn::PackedFormat format, int rounds);

}  // namespace artspeak::bench
