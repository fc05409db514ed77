// What is asked of one text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decode/sampler.h"

namespace artspeak::decode {

struct TextOptions {
  int length = 400;  // tokens at most, the prompt not counted
  SamplingOptions sampling;
  // Each ends the text where it first appears, whatever tokens spell it; it is
  // not part of the text.
  std::vector<std::string> stop;
  // The same for the end marker <|endoftext|>, as a token or spelled out as
  // models write it that were trained without special tokens. If off, the
  // marker is text like any other.
  bool stop_at_end_of_text = true;
  // The sink also hears of each token, and of so many likeliest ones.
  std::optional<int> logprobs = {};

  void Validate() const;  // throws Error
};

enum class Finish {
  kStop,       // the end marker or a stop text came
  kLength,     // all tokens are written
  kCopied,     // cut where it would copy too much (original_text.h)
  kCancelled,  // asked to stop
  kFailed,     // the model could not go on
};

}  // namespace artspeak::decode
