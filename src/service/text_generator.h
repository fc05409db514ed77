// Port: the machine that writes texts.
#pragma once

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
};

enum class TextEnd {
  kStop,       // the model ended it, or it would have copied too much
  kLength,     // max_tokens
  kCancelled,  // by Cancel or because the generator is going away
  kFailed,     // see the fault
};

// Hears of the texts of one request. Calls come from the generator's thread,
// one at a time: they must not block, throw, or call the generator.
class GenerationSink {
 public:
  virtual ~GenerationSink() = default;
  // The next piece of text `index` (a place in `seeds`). Pieces are whole UTF-8
  // characters, and joined they are the text.
  virtual void OnPiece(int index, std::string_view piece) = 0;
  // Exactly once for each text, after its last piece. `fault` is one sentence
  // for the owner when `end` is kFailed, else empty.
  virtual void OnEnd(int index, TextEnd end, std::string_view fault) = 0;
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

  // How many more texts could start now.
  virtual int free_slots() const = 0;

  // Starts a text for each seed. Nothing, and no call of the sink, if there are
  // fewer free slots than seeds. The generator keeps the sink until the last
  // OnEnd.
  virtual std::optional<Ticket> Start(const GenerationRequest& request,
                                      std::shared_ptr<GenerationSink> sink) = 0;

  // The unfinished texts of the request will end soon, with kCancelled. Does
  // nothing if all have ended.
  virtual void Cancel(Ticket ticket) = 0;
};

}  // namespace artspeak::service
