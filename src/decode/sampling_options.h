// How the next token is chosen.
#pragma once

#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace artspeak::decode {

// Added to a token's logit: 1 makes it e times as likely against the others.
struct LogitBias {
  text::TokenId token;
  float value;  // from -1000 to 1000, which come to never and always
};

// Named as Hugging Face's, and applied in its order: bias, repetition penalty,
// bans; then temperature, top-k, top-p, min-p, typical-p, each on what the one
// before left. Temperature 0 takes the most likely token after the first three.
struct SamplingOptions {
  float temperature = 0.7f;  // 0: always the most likely token
  int top_k = 0;             // 0: off
  float top_p = 0.9f;        // 0 or 1: off
  float min_p = 0;           // 0: off
  float typical_p = 1;       // 0 or 1: off
  // Of tokens in the window, the prompt's too, divides positive and multiplies
  // negative logits (Keskar et al., "CTRL", 2019, section 4.1, as Hugging Face
  // does it). 1: off; from 0.01 to 100.
  float repetition_penalty = 1;
  std::vector<LogitBias> logit_bias = {};
  // The text never contains these, whatever tokens would spell them.
  std::vector<std::string> banned = {};

  void Validate() const;  // throws Error
};

}  // namespace artspeak::decode
