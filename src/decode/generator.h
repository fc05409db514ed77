// Texts from a prompt, all at once: what a command or a script wants.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "decode/loaded_model.h"
#include "decode/original_text.h"
#include "decode/text_options.h"
#include "gpt2/kv_format.h"

namespace artspeak::decode {

struct GenerateOptions : TextOptions {
  int nsamples = 1;
  uint64_t seed = 0;  // sample i draws from RandomStream(seed, i)
  bool include_prompt = false;
  // Of keys and values; none: what suits the model's weights.
  std::optional<gpt2::KvFormat> kv = {};
  CopyLimit copy_limit = {};
};

struct Sample {
  std::string text;
  int tokens = 0;  // drawn, those of the stop text included
  Finish finish = Finish::kStop;
  // Of what was written, in words, where options.copy_limit has an index.
  std::optional<size_t> longest_copy = {};
};

struct Generation {
  std::vector<Sample> samples;
  double prefill_seconds = 0;  // until the prompt was read
  double decode_seconds = 0;   // from there to the end
};

// Hears a sample's text as it grows, its prompt first if that is included; with
// an active copy limit, what was written when it is done.
using PieceCallback = std::function<void(int sample, std::string_view piece)>;

// Writes options.nsamples texts, up to 16 side by side. The same options, model
// and prompt give the same texts. When `stop` is requested the texts stay as
// they are, finished as kCancelled. Throws Error if the options make no sense
// or the model cannot go on.
Generation Generate(const LoadedModel& model, base::ThreadPool& pool,
                    std::string_view prompt, const GenerateOptions& options,
                    std::stop_token stop = {},
                    const PieceCallback& on_piece = {});

}  // namespace artspeak::decode
