#include "text/trainer.h"

#include <array>
#include <cstdint>
#include <functional>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"
#include "text/byte_symbols.h"
#include "text/pre_tokenizer.h"

namespace artspeak::text {

using base::Error;

namespace {

constexpr int kBytes = 256;
// A longer run of letters or signs is no word: it is counted in parts, so that
// one endless line cannot slow every merge.
constexpr size_t kLongestWord = 1024;
constexpr int kMergesPerReport = 64;
constexpr int kPiecesPerReport = 1 << 18;

// A distinct piece of the texts, as the tokens it is made of so far.
struct Word {
  std::vector<TokenId> tokens;
  int64_t count;
};

using Pair = std::pair<TokenId, TokenId>;

struct PairHash {
  size_t operator()(const Pair& pair) const {
    const uint64_t both = uint64_t{static_cast<uint32_t>(pair.first)} << 32 |
                          static_cast<uint32_t>(pair.second);
    return (both ^ both >> 29) * 0x9E3779B97F4A7C15u;
  }
};

struct PairUse {
  int64_t count = 0;
  std::vector<int32_t> words;  // all that hold the pair, and some that did
};

// A pair with the count it had when it came into the queue.
struct Candidate {
  int64_t count;
  Pair pair;
  bool operator<(const Candidate& other) const {
    if (count != other.count) return count < other.count;
    return pair > other.pair;
  }
};

std::vector<Word> CountWords(std::span<const std::string> texts,
                             const std::function<void()>& report) {
  std::unordered_map<std::string_view, int64_t> counts;
  int pieces = 0;  // since the last report
  for (std::string_view text : texts) {
    while (!text.empty()) {
      std::string_view piece = NextPiece(text);
      if (piece.size() > kLongestWord) {
        const std::string_view part = base::Utf8Prefix(piece, kLongestWord);
        piece = part.empty() ? piece.substr(0, kLongestWord) : part;
      }
      ++counts[piece];
      text.remove_prefix(piece.size());
      if (++pieces == kPiecesPerReport) {
        report();
        pieces = 0;
      }
    }
  }
  std::array<TokenId, kBytes> token_of_byte;
  for (int id = 0; id < kBytes; ++id) token_of_byte[ByteOfToken(id)] = id;
  std::vector<Word> words;
  words.reserve(counts.size());
  for (const auto& [piece, count] : counts) {
    Word word{{}, count};
    for (const char byte : piece) {
      word.tokens.push_back(token_of_byte[static_cast<uint8_t>(byte)]);
    }
    words.push_back(std::move(word));
  }
  return words;
}

// The counts of all pairs, kept up to date from merge to merge: a merge visits
// only the words that hold its pair.
class PairCounts {
 public:
  explicit PairCounts(std::vector<Word> words) : words_(std::move(words)) {
    for (size_t i = 0; i < words_.size(); ++i) {
      const std::vector<TokenId>& tokens = words_[i].tokens;
      for (size_t k = 0; k + 1 < tokens.size(); ++k) {
        Add({tokens[k], tokens[k + 1]}, static_cast<int32_t>(i));
      }
    }
    for (const auto& [pair, use] : uses_) queue_.push({use.count, pair});
  }

  // The most frequent pair, or one with count 0 if there is none.
  Candidate Best() {
    while (!queue_.empty()) {
      const Candidate best = queue_.top();
      queue_.pop();
      // Counts in the queue are upper bounds: a pair that is not new only
      // loses.
      const auto use = uses_.find(best.pair);
      if (use == uses_.end()) continue;
      if (use->second.count == best.count) return best;
      if (use->second.count > 0) queue_.push({use->second.count, best.pair});
    }
    return {0, {}};
  }

  void Join(const Pair& pair, TokenId product) {
    const auto node = uses_.extract(pair);
    changed_.clear();
    for (const int32_t i : node.mapped().words) JoinIn(i, pair, product);
    for (const Pair& changed : changed_) {
      const auto use = uses_.find(changed);
      if (use != uses_.end() && use->second.count > 0) {
        queue_.push({use->second.count, changed});
      }
    }
  }

 private:
  void Add(const Pair& pair, int32_t word) {
    PairUse& use = uses_[pair];
    use.count += words_[word].count;
    if (use.words.empty() || use.words.back() != word) {
      use.words.push_back(word);
    }
  }

  void Remove(const Pair& pair, int32_t word) {
    const auto use = uses_.find(pair);
    if (use == uses_.end()) return;  // the pair that is being joined
    use->second.count -= words_[word].count;
  }

  void JoinIn(int32_t i, const Pair& pair, TokenId product) {
    std::vector<TokenId>& tokens = words_[i].tokens;
    size_t out = 0;
    for (size_t in = 0; in < tokens.size(); ++out) {
      if (in + 1 >= tokens.size() || tokens[in] != pair.first ||
          tokens[in + 1] != pair.second) {
        tokens[out] = tokens[in++];
        continue;
      }
      if (out > 0) {
        Remove({tokens[out - 1], pair.first}, i);
        Grow({tokens[out - 1], product}, i);
      }
      if (in + 2 < tokens.size()) {
        Remove({pair.second, tokens[in + 2]}, i);
        Grow({product, tokens[in + 2]}, i);
      }
      tokens[out] = product;
      in += 2;
    }
    tokens.resize(out);
  }

  void Grow(const Pair& pair, int32_t word) {
    Add(pair, word);
    changed_.insert(pair);
  }

  std::vector<Word> words_;
  std::unordered_map<Pair, PairUse, PairHash> uses_;
  std::priority_queue<Candidate> queue_;
  std::unordered_set<Pair, PairHash> changed_;
};

}  // namespace

Tokenizer TrainTokenizer(std::span<const std::string> texts, int vocab_size,
                         const base::ProgressCallback& progress) {
  if (vocab_size < kBytes + 1) {
    throw Error(
        "a vocabulary of {} is too small: it needs at least {}, for every byte "
        "and {}",
        vocab_size, kBytes + 1, kEndOfText);
  }
  const int wanted = vocab_size - kBytes - 1;
  std::vector<Word> words = CountWords(texts, [&] {
    if (progress) progress({0, wanted, "counting words"});
  });
  if (words.empty()) {
    throw Error(
        "there is no text to learn a vocabulary from: name a data set "
        "with text in it");
  }
  Vocabulary vocabulary;
  std::unordered_set<std::string> known;
  for (int id = 0; id < kBytes; ++id) {
    vocabulary.tokens.push_back({static_cast<char>(ByteOfToken(id))});
  }
  PairCounts pairs(std::move(words));
  const auto merged = [&] {
    return static_cast<int>(vocabulary.merges.size());
  };
  while (merged() < wanted) {
    const Candidate best = pairs.Best();
    if (best.count < 2) break;
    std::string bytes = vocabulary.tokens[best.pair.first] +
                        vocabulary.tokens[best.pair.second];
    // Two ways to the same bytes would be one token with two ids: the pair that
    // came first keeps them, and this one, now out of the queue, stays apart.
    if (!known.insert(bytes).second) continue;
    const auto product = static_cast<TokenId>(vocabulary.tokens.size());
    vocabulary.tokens.push_back(std::move(bytes));
    vocabulary.merges.push_back(best.pair);
    pairs.Join(best.pair, product);
    if (progress && merged() % kMergesPerReport == 0) {
      progress({merged(), wanted, ""});
    }
  }
  vocabulary.tokens.emplace_back(kEndOfText);
  if (progress) progress({merged(), wanted, ""});
  return Tokenizer(std::move(vocabulary));
}

}  // namespace artspeak::text
