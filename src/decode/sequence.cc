#include "decode/sequence.h"

#include <algorithm>
#include <utility>

namespace artspeak::decode {
namespace {

void KeepLastHalf(std::vector<text::TokenId>& window, int context) {
  window.erase(window.begin(), window.end() - std::max(1, context / 2));
}

std::vector<std::string> Stops(const TextOptions& options,
                               const text::Tokenizer& tokenizer) {
  std::vector<std::string> stops = options.stop;
  if (options.stop_at_end_of_text) {
    stops.emplace_back(tokenizer.TokenBytes(tokenizer.end_of_text()));
  }
  return stops;
}

// The last token written is never read, and the window never exceeds the
// context.
int LargestCache(size_t window, int length, int context) {
  return static_cast<int>(
      std::min<int64_t>(context, static_cast<int64_t>(window) + length - 1));
}

// Room for `tokens` and some more: for half as many, so that growing copies a
// token about twice in all.
int CacheCapacity(int tokens, int largest) {
  constexpr int kLeastMore = 64;
  return std::min(largest, tokens + std::max(tokens / 2, kLeastMore));
}

}  // namespace

std::vector<text::TokenId> FirstWindow(std::vector<text::TokenId> prompt,
                                       const text::Tokenizer& tokenizer,
                                       const gpt2::Config& config) {
  if (prompt.empty() && config.literal_markers) {
    prompt = tokenizer.Encode(text::kStartOfText);
  } else if (prompt.empty()) {
    prompt.push_back(tokenizer.end_of_text());
  }
  if (prompt.size() > static_cast<size_t>(config.context)) {
    KeepLastHalf(prompt, config.context);
  }
  return prompt;
}

Sequence::Sequence(std::vector<text::TokenId> window,
                   const TextOptions& options, base::RandomStream random,
                   const text::Tokenizer& tokenizer, const gpt2::Config& config,
                   std::optional<gpt2::KvFormat> kv)
    : options_(options),
      random_(random),
      config_(config),
      vocab_size_(tokenizer.vocab_size()),
      window_(std::move(window)),
      largest_cache_(
          LargestCache(window_.size(), options.length, config.context)),
      cache_(config,
             CacheCapacity(static_cast<int>(window_.size()), largest_cache_),
             kv),
      decoder_(tokenizer),
      stops_(Stops(options, tokenizer)),
      banned_(options.sampling.banned, tokenizer) {
  for (const text::TokenId token : window_) banned_.Push(token);
}

std::span<const text::TokenId> Sequence::unread() const {
  return std::span(window_).subspan(cache_.length());
}

text::TokenId Sequence::Draw(std::span<const float> logits, Sampler& sampler) {
  // Nothing grows at its largest: then the token to come is the last one, or
  // the window slides.
  if (cache_.length() == cache_.capacity()) {
    cache_.Grow(CacheCapacity(cache_.length(), largest_cache_));
  }
  return sampler.Sample(logits.first(vocab_size_), options_.sampling, random_,
                        {.window = window_, .banned = banned_.Next()});
}

std::optional<TokenChances> Sequence::Chances(std::span<const float> logits,
                                              text::TokenId drawn) const {
  if (!options_.logprobs) return std::nullopt;
  return ChancesOf(logits.first(vocab_size_), drawn, *options_.logprobs);
}

std::string Sequence::Accept(text::TokenId token) {
  ++tokens_;
  window_.push_back(token);
  banned_.Push(token);
  if (window_.size() > static_cast<size_t>(config_.context)) {
    KeepLastHalf(window_, config_.context);
    cache_.Clear();
  }
  const std::string decoded = decoder_.Push(token);
  decoded_bytes_ += decoded.size();
  std::string text = stops_.Push(decoded);
  if (stops_.stopped()) {
    finished_ = true;
    finish_ = Finish::kStop;
  } else if (tokens_ == options_.length) {
    // A character that the length cuts in the middle is left out.
    finished_ = true;
    finish_ = Finish::kLength;
    text += stops_.Finish();
  }
  return text;
}

}  // namespace artspeak::decode
