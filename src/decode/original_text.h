// Texts that recite what their model was trained on are written again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "corpus/passage_index.h"
#include "decode/text_options.h"
#include "decode/token_chances.h"

namespace artspeak::decode {

struct CopyLimit {
  // Of the training texts; empty: nothing is measured or limited.
  std::optional<corpus::PassageIndex> passages = {};
  int max_words = 0;  // in a row that a text may share with one; 0: any number
  bool active() const { return passages && max_words > 0; }
};

// One text of a request, over its tries: one that copies more than the limit in
// a row is written again, from a stream of numbers that follows from its own
// and the try. After kMostTries that all copy, the try that went furthest
// before its first word too many stands, cut before that word. What the prompt
// says does not count. Not thread-safe; the limit must outlive it.
class OriginalText {
 public:
  static constexpr int kMostTries = 5;

  // The first try draws from RandomStream(seed, stream). stream: below 2^32.
  OriginalText(const CopyLimit& limit, uint64_t seed, uint64_t stream)
      : limit_(&limit), seed_(seed), stream_(stream) {}

  // Where the present try draws from.
  base::RandomStream random() const {
    return base::RandomStream(seed_, stream_ | uint64_t(tries_) << 32);
  }

  void Add(std::string_view piece) { now_.text += piece; }
  void Add(const DrawnToken& token) { now_.drawn.push_back(token); }

  // The present try has ended, after `tokens` were drawn. True if the text is
  // done, false if the next try is to be written. One that was cancelled or
  // failed is the last.
  bool End(Finish finish, int tokens);

  // When it is done.
  const std::string& text() const { return best_.text; }
  Finish finish() const { return best_.finish; }
  int tokens() const { return best_.tokens; }
  // The tokens added to its try, those that stand after its end too.
  const std::vector<DrawnToken>& drawn() const { return best_.drawn; }
  // Words in a row that the text shares with a training text, where the limit
  // has an index.
  std::optional<size_t> longest_copy() const { return longest_copy_; }

 private:
  struct Try {
    std::string text;
    Finish finish = Finish::kCancelled;
    int tokens = 0;
    std::vector<DrawnToken> drawn;
  };

  const CopyLimit* limit_;
  uint64_t seed_, stream_;
  int tries_ = 0;  // that have ended
  Try now_;
  Try best_;
  std::optional<size_t> longest_copy_;
};

}  // namespace artspeak::decode
