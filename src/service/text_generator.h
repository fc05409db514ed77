// Port: the machine that writes texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/provenance.h"

namespace artspeak::service {

// Several texts from one prompt; they may share the work of reading it.
struct GenerationRequest {
  std::string prompt;           // not repeated in the texts
  std::vector<uint64_t> seeds;  // one text each; at least one
  SamplingOptions sampling;
  // Each ends a text where it first appears, and is not part of it. None is
  // empty.
  std::vector<std::string> stop = {};
  // The sink also hears of each token, and of so many likeliest ones.
  std::optional<int> logprobs = {};
  // Stands still while any text is written that is not in the background, but
  // for a turn now and then: it does not wait for ever.
  bool background = false;
};

// Its bytes alone need not be characters.
struct TokenChance {
  std::string bytes;
  float log_probability = 0;  // natural; -infinity: never
};

// A token of a text. The chances are the model's own, before temperature and
// top-p.
struct DrawnToken {
  TokenChance chance;
  std::vector<TokenChance> likeliest;  // the likeliest first
  // Bytes of the text before it. A token that ends a character that others
  // began stands where they do.
  size_t offset = 0;
};

enum class TextEnd {
  kStop,       // the model ended it, or it would have copied too much
  kLength,     // max_tokens
  kCancelled,  // by Cancel or because the generator is going away
  kFailed,     // see the fault
};

struct TextEnding {
  TextEnd end = TextEnd::kStop;
  int tokens = 0;               // drawn, those of a stop text included
  std::string_view fault = {};  // one sentence for the owner if end is kFailed
};

// Hears of the texts of one request. Calls come from the generator's thread,
// one at a time: they must not block, throw, or call the generator but for
// Cancel.
class GenerationSink {
 public:
  virtual ~GenerationSink() = default;
  // The next piece of text `index` (a place in `seeds`). Pieces are whole UTF-8
  // characters, and joined they are the text.
  virtual void OnPiece(int index, std::string_view piece) = 0;
  // Each token of text `index`, before the piece that it completes; where the
  // request asks for logprobs. The tokens of the text are those that stand
  // before its end: the others spell the stop text.
  virtual void OnToken(int /*index*/, const DrawnToken& /*token*/) {}
  // Exactly once for each text, after its last piece.
  virtual void OnEnd(int index, const TextEnding& ending) = 0;
};

// Thread-safe. No function blocks: generation runs on a thread of the
// generator's own. The same request and seed give the same text, whatever else
// is being generated. A prompt of any length is taken. The destructor ends
// every text with kCancelled before it returns.
class TextGenerator {
 public:
  using Ticket = uint64_t;

  virtual ~TextGenerator() = default;

  // Always the same, and valid as long as the generator.
  virtual const GeneratorIdentity& identity() const = 0;

  // Tokens that the model can read at once. Of a longer prompt it reads the
  // end.
  virtual int context() const = 0;

  // Tokens that a prompt makes.
  virtual int CountTokens(std::string_view prompt) const = 0;

  // How many more texts could start now that are not in the background.
  virtual int free_slots() const = 0;

  // Starts a text for each seed. Nothing, and no call of the sink, if there are
  // fewer free slots than seeds; those in the background have their own. The
  // generator keeps the sink until the last OnEnd.
  virtual std::optional<Ticket> Start(const GenerationRequest& request,
                                      std::shared_ptr<GenerationSink> sink) = 0;

  // The unfinished texts of the request will end soon, with kCancelled. Does
  // nothing if all have ended.
  virtual void Cancel(Ticket ticket) = 0;
};

}  // namespace artspeak::service
