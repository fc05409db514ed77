// The service's TextGenerator over this machine's model.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "decode/loaded_model.h"
#include "decode/original_text.h"
#include "service/text_generator.h"

namespace artspeak::engine {

// One thread of its own runs the batch of all texts; it sleeps while there are
// none. Faults of the model or of a request reach its sink as kFailed, and the
// engine goes on.
class TextEngine : public service::TextGenerator {
 public:
  static constexpr int kBackgroundAtOnce = 4;

  struct Options {
    int slots = 10;  // texts at once: two reviews of five
    // More texts that it takes, in the background; kBackgroundAtOnce of them
    // are written at a time.
    int background_texts = 16;
    int threads = 0;  // that compute; 0 means one for each processor
    // Of keys and values; none: what suits the model's weights.
    std::optional<decode::KvFormat> kv = {};
    // While it is active, a text reaches its sink in one piece, at its end.
    decode::CopyLimit copy_limit = {};
    // Called with true before the first text is taken and with false when the
    // last one has ended, in turn, from any thread; must not block, throw, or
    // call the engine. May be empty.
    std::function<void(bool busy)> on_busy = {};
  };

  // Reads all of the model, for its hash; so the first text finds it in memory.
  TextEngine(decode::LoadedModel model, Options options);
  ~TextEngine() override;

  const service::GeneratorIdentity& identity() const override;
  int context() const override;
  int CountTokens(std::string_view prompt) const override;
  int free_slots() const override;
  std::optional<Ticket> Start(
      const service::GenerationRequest& request,
      std::shared_ptr<service::GenerationSink> sink) override;
  void Cancel(Ticket ticket) override;

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace artspeak::engine
