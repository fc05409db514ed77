// What a text came from: all that is needed to write it again.
#pragma once

#include <cstdint>
#include <string>

namespace artspeak::service {

// How a text's tokens are drawn, and where it ends at the latest.
struct SamplingOptions {
  float temperature = 0.7f;
  float top_p = 0.9f;
  int max_tokens = 400;  // a text ends earlier at the end marker

  bool operator==(const SamplingOptions&) const = default;
};

// What wrote it.
struct GeneratorIdentity {
  // Tells models apart: equal for equal weights, dimensions and vocabulary.
  std::string model_hash;
  std::string kv;  // the number format of keys and values
  // Of the processor. Others round otherwise, so that a text may differ.
  std::string instruction_set;
  // Words in a row that a text may share with one that the model was trained
  // on, else it was written again; 0: any number.
  int max_copied_words = 0;
  // Tells those texts apart: equal for equal words. Empty without a limit.
  std::string passages_hash = {};

  bool operator==(const GeneratorIdentity&) const = default;
};

// The prompt, which is the submission's, is the one thing missing here.
struct Provenance {
  GeneratorIdentity generator;
  SamplingOptions sampling;
  uint64_t seed = 0;

  bool operator==(const Provenance&) const = default;
};

}  // namespace artspeak::service
