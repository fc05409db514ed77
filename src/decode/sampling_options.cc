#include "decode/sampling_options.h"

#include <cmath>

#include "base/error.h"
#include "base/utf8.h"

namespace artspeak::decode {
namespace {

void CheckShare(const char* name, float share) {
  if (share >= 0 && share <= 1) return;
  throw base::Error("{} is {}: give a share between 0 and 1", name, share);
}

}  // namespace

void SamplingOptions::Validate() const {
  if (!(temperature >= 0) || !std::isfinite(temperature)) {
    throw base::Error("the temperature is {}: give a number from 0 up",
                      temperature);
  }
  if (top_k < 0) {
    throw base::Error("top-k is {}: give a count, or 0 for no limit", top_k);
  }
  CheckShare("top-p", top_p);
  CheckShare("min-p", min_p);
  CheckShare("typical-p", typical_p);
  if (!(repetition_penalty >= 0.01f && repetition_penalty <= 100)) {
    throw base::Error(
        "the repetition penalty is {}: give a factor from 0.01 to 100, 1 for "
        "none",
        repetition_penalty);
  }
  for (const LogitBias& bias : logit_bias) {
    if (!(std::abs(bias.value) <= 1000)) {
      throw base::Error(
          "the bias of token {} is {}: give a number from -1000 to 1000",
          bias.token, bias.value);
    }
  }
  for (const std::string& text : banned) {
    if (text.empty()) {
      throw base::Error("a banned text is empty: give at least one character");
    }
    if (!base::IsValidUtf8(text)) {
      throw base::Error("the banned text \"{}\" is not valid UTF-8: retype it",
                        base::ToValidUtf8(text));
    }
  }
}

}  // namespace artspeak::decode
