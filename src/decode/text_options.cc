#include "decode/text_options.h"

#include "base/error.h"
#include "decode/stop_matcher.h"

namespace artspeak::decode {

void TextOptions::Validate() const {
  if (length < 1) {
    throw base::Error("the length is {} tokens: ask for at least 1", length);
  }
  if (logprobs && *logprobs < 0) {
    throw base::Error("{} likeliest tokens are asked for: ask for 0 or more",
                      *logprobs);
  }
  sampling.Validate();
  StopMatcher{stop};
}

}  // namespace artspeak::decode
