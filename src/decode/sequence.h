// One text while it is written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "decode/banned_texts.h"
#include "decode/stop_matcher.h"
#include "decode/text_options.h"
#include "decode/token_chances.h"
#include "gpt2/inference.h"
#include "text/tokenizer.h"

namespace artspeak::decode {

// The tokens that a text begins with: the prompt or, if it is empty, what the
// model was taught that a document begins after: the end marker, or the
// characters "<|startoftext|>" (literal_markers). If longer than the context,
// the last half context of it, as if the window had slid there.
std::vector<text::TokenId> FirstWindow(std::vector<text::TokenId> prompt,
                                       const text::Tokenizer& tokenizer,
                                       const gpt2::Config& config);

// Tells which tokens the model must read next, takes the token drawn, and gives
// the text that is certain. When the window has outgrown the context it slides:
// its last half is read anew and the text goes on. Its cache has room for half
// as many tokens again as it holds, or for 64 more, and grows with the text: a
// text that stops early never takes the memory of a long one. Not thread-safe;
// tokenizer must outlive it.
class Sequence {
 public:
  // window: not longer than the context. options are valid. kv: the format of
  // cache(); none: the model's default.
  Sequence(std::vector<text::TokenId> window, const TextOptions& options,
           base::RandomStream random, const text::Tokenizer& tokenizer,
           const gpt2::Config& config, std::optional<gpt2::KvFormat> kv = {});

  // Read by nobody yet; empty only before the first Accept, when the prompt has
  // been read. They belong at the end of cache().
  std::span<const text::TokenId> unread() const;
  gpt2::KvCache& cache() { return cache_; }

  // Draws the token after the window from its logits (V), and makes room in
  // the cache to read it.
  text::TokenId Draw(std::span<const float> logits, Sampler& sampler);

  // Of the token drawn from these logits, where the options ask for it.
  std::optional<TokenChances> Chances(std::span<const float> logits,
                                      text::TokenId drawn) const;

  // Adds a token; returns the text now certain, possibly none: whole UTF-8
  // characters, nothing of a stop text or what might become one.
  std::string Accept(text::TokenId token);

  bool finished() const { return finished_; }
  Finish finish() const { return finish_; }  // when finished
  int tokens() const { return tokens_; }     // accepted, the last included
  // Bytes of whole characters of all of them, a stop text's too: where the next
  // token stands in the text.
  size_t decoded_bytes() const { return decoded_bytes_; }

 private:
  TextOptions options_;
  base::RandomStream random_;
  gpt2::Config config_;
  int vocab_size_;  // the tokenizer's
  std::vector<text::TokenId> window_;
  int largest_cache_;    // tokens
  gpt2::KvCache cache_;  // of the first cache_.length() tokens of window_
  text::StreamDecoder decoder_;
  StopMatcher stops_;
  BannedTexts banned_;
  int tokens_ = 0;
  size_t decoded_bytes_ = 0;
  bool finished_ = false;
  Finish finish_ = Finish::kLength;
};

}  // namespace artspeak::decode
