// The texts of one request while they are written, as OpenAI's clients read
// them: one JSON object at the end, or events as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/response_stream.h"
#include "service/text_generator.h"
#include "web/key_quota.h"

namespace artspeak::web {

// Thread-safe: texts come from the generator's thread, the rest from others.
// What is written before the stream is there waits for it. Once nobody reads
// any more, what is still being written is cancelled.
class CompletionAnswer : public std::enable_shared_from_this<CompletionAnswer> {
 public:
  struct Options {
    std::string id;
    std::string model;
    std::string fingerprint;
    int64_t created = 0;  // seconds since 1970
    int texts = 1;
    int prompt_tokens = 0;
    bool logprobs = false;
    bool stream = false;
    bool include_usage = false;  // in a stream's last chunk
  };

  // `generator` must outlive the texts.
  CompletionAnswer(Options options, std::unique_ptr<KeyQuota::Grant> grant,
                   service::TextGenerator& generator);
  ~CompletionAnswer();

  // Hears of the texts of one prompt, which are `first` and those after it in
  // the answer.
  std::shared_ptr<service::GenerationSink> MakeSink(int first);
  // By which these texts are cancelled.
  void Add(service::TextGenerator::Ticket ticket);

  // Its texts are all begun: their prompts count for the key from now on.
  void CountPrompts() { grant_->Read(options_.prompt_tokens); }

  // For net::Response: takes the stream that the answer goes to. If it is
  // dropped without having been called, the answer is abandoned.
  std::function<void(std::shared_ptr<net::ResponseStream>)> Reader();

  // Nobody will read it.
  void Abandon();

  // Sends what means nothing, so that no proxy takes a long wait for a fault.
  // Of a whole answer not the first kSilentWaits times: what is sent begins
  // with the status, which a fault changes (Response::head_waits).
  static constexpr int kSilentWaits = 2;
  void KeepAlive();

 private:
  class Sink;
  class Attachment;
  struct Choice;

  void Attach(std::shared_ptr<net::ResponseStream> stream);
  void OnPiece(int index, std::string_view piece);
  void OnToken(int index, const service::DrawnToken& token);
  void OnEnd(int index, const service::TextEnding& ending);
  void CancelIfGone();

  // These hold mutex_.
  std::string Body(const std::vector<std::string>& choices,
                   std::string_view usage) const;
  std::string Usage() const;
  void Send(std::string_view bytes);
  void SendChunk(const std::vector<std::string>& choices,
                 std::string_view usage);
  void SendWhole();
  void Fail(int status, const std::string& message);

  const Options options_;
  const std::unique_ptr<KeyQuota::Grant> grant_;
  service::TextGenerator& generator_;

  std::mutex mutex_;  // guards all below
  std::shared_ptr<net::ResponseStream> stream_;
  std::string unsent_;  // before the stream is there
  int status_ = 200;    // another until anything is sent of a whole answer
  int waits_ = 0;       // how often it was kept alive
  std::vector<Choice> choices_;
  int unfinished_;
  int64_t completion_tokens_ = 0;
  std::vector<service::TextGenerator::Ticket> tickets_;
  bool over_ = false;  // nothing more is to be sent
  bool gone_ = false;  // nobody reads, or needs, what is still to be written
};

}  // namespace artspeak::web
