#include "web/completion_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/log.h"
#include "base/utf8.h"
#include "web/api_fault.h"

namespace artspeak::web {

namespace {

using Json = nlohmann::ordered_json;

// A model may write faster than a client reads; no answer is longer than this.
// Of 4,096 tokens each may have an event of its own, some 300 bytes and its
// text; of 512 with logprobs each names six tokens.
constexpr size_t kMaxUnsent = 4 << 20;

// The bytes of a token that are no characters by themselves, as OpenAI shows
// them.
std::string ShownToken(const std::string& bytes) {
  if (base::IsValidUtf8(bytes)) return bytes;
  std::string shown = "bytes:";
  for (const char byte : bytes) {
    shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  }
  return shown;
}

// JSON has no infinity; and more digits than fp32 has say nothing.
double ShownChance(float log_probability) {
  constexpr double kLeast = -9999, kSteps = 1e5;
  return std::round(std::max<double>(log_probability, kLeast) * kSteps) /
         kSteps;
}

}  // namespace

struct CompletionAnswer::Choice {
  std::string text;
  std::deque<service::DrawnToken> tokens;  // not told yet
  size_t told_bytes = 0;  // of the text, up to the last token told
  size_t told_characters = 0;
  std::string finish;  // empty: being written

  // Of the tokens that stand in the text so far and were not told.
  Json TakeLogprobs() {
    Json names = Json::array(), chances = Json::array(),
         likeliest = Json::array(), offsets = Json::array();
    for (; !tokens.empty() && tokens.front().offset < text.size();
         tokens.pop_front()) {
      const service::DrawnToken& token = tokens.front();
      told_characters += base::CountCodePoints(
          std::string_view(text).substr(told_bytes, token.offset - told_bytes));
      told_bytes = token.offset;
      const std::string name = ShownToken(token.chance.bytes);
      const double chance = ShownChance(token.chance.log_probability);
      Json best = Json::object();
      for (const service::TokenChance& other : token.likeliest) {
        best[ShownToken(other.bytes)] = ShownChance(other.log_probability);
      }
      best[name] = chance;
      names.push_back(name);
      chances.push_back(chance);
      likeliest.push_back(std::move(best));
      offsets.push_back(told_characters);
    }
    return {{"tokens", std::move(names)},
            {"token_logprobs", std::move(chances)},
            {"top_logprobs", std::move(likeliest)},
            {"text_offset", std::move(offsets)}};
  }
};

namespace {

std::string ChoiceJson(int index, std::string_view text, Json logprobs,
                       const std::string& finish) {
  return Json{{"index", index},
              {"text", text},
              {"logprobs", std::move(logprobs)},
              {"finish_reason", finish.empty() ? Json() : Json(finish)}}
      .dump();
}

}  // namespace

class CompletionAnswer::Sink : public service::GenerationSink {
 public:
  Sink(std::shared_ptr<CompletionAnswer> answer, int first)
      : answer_(std::move(answer)), first_(first) {}
  void OnPiece(int index, std::string_view piece) override {
    answer_->OnPiece(first_ + index, piece);
  }
  void OnToken(int index, const service::DrawnToken& token) override {
    answer_->OnToken(first_ + index, token);
  }
  void OnEnd(int index, const service::TextEnding& ending) override {
    answer_->OnEnd(first_ + index, ending);
  }

 private:
  std::shared_ptr<CompletionAnswer> answer_;
  int first_;
};

class CompletionAnswer::Attachment {
 public:
  explicit Attachment(std::shared_ptr<CompletionAnswer> answer)
      : answer_(std::move(answer)) {}
  ~Attachment() {
    if (answer_) answer_->Abandon();
  }
  void Attach(std::shared_ptr<net::ResponseStream> stream) {
    std::exchange(answer_, nullptr)->Attach(std::move(stream));
  }

 private:
  std::shared_ptr<CompletionAnswer> answer_;
};

CompletionAnswer::CompletionAnswer(Options options,
                                   std::unique_ptr<KeyQuota::Grant> grant,
                                   service::TextGenerator& generator)
    : options_(std::move(options)),
      grant_(std::move(grant)),
      generator_(generator),
      choices_(static_cast<size_t>(options_.texts)),
      unfinished_(options_.texts) {}

CompletionAnswer::~CompletionAnswer() = default;

std::shared_ptr<service::GenerationSink> CompletionAnswer::MakeSink(int first) {
  return std::make_shared<Sink>(shared_from_this(), first);
}

void CompletionAnswer::Add(service::TextGenerator::Ticket ticket) {
  {
    std::lock_guard lock(mutex_);
    tickets_.push_back(ticket);
  }
  CancelIfGone();
}

std::function<void(std::shared_ptr<net::ResponseStream>)>
CompletionAnswer::Reader() {
  return [attachment = std::make_shared<Attachment>(shared_from_this())](
             std::shared_ptr<net::ResponseStream> stream) {
    attachment->Attach(std::move(stream));
  };
}

void CompletionAnswer::Attach(std::shared_ptr<net::ResponseStream> stream) {
  {
    std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
    stream_->SetMaxUnsent(kMaxUnsent);
    if (status_ != 200) stream_->SetStatus(status_);
    Send(std::exchange(unsent_, {}));
    if (over_) stream_->End();
  }
  CancelIfGone();
}

void CompletionAnswer::Abandon() {
  {
    std::lock_guard lock(mutex_);
    over_ = gone_ = true;
  }
  CancelIfGone();
}

void CompletionAnswer::KeepAlive() {
  {
    std::lock_guard lock(mutex_);
    if (over_) return;
    if (options_.stream) {
      Send(": still at work\n\n");
    } else {
      // JSON may begin with white space (RFC 8259, 2).
      Send(++waits_ > kSilentWaits ? " " : "");
    }
  }
  CancelIfGone();
}

void CompletionAnswer::OnPiece(int index, std::string_view piece) {
  {
    std::lock_guard lock(mutex_);
    if (over_ || gone_) return;
    Choice& choice = choices_.at(static_cast<size_t>(index));
    choice.text += piece;
    if (options_.stream) {
      SendChunk(
          {ChoiceJson(index, piece,
                      options_.logprobs ? choice.TakeLogprobs() : Json(), "")},
          "null");
    } else {
      Send("");  // is anyone there?
    }
  }
  CancelIfGone();
}

void CompletionAnswer::OnToken(int index, const service::DrawnToken& token) {
  std::lock_guard lock(mutex_);
  choices_.at(static_cast<size_t>(index)).tokens.push_back(token);
}

void CompletionAnswer::OnEnd(int index, const service::TextEnding& ending) {
  grant_->EndText(ending.tokens);  // first: who hears of it may ask for more
  {
    std::lock_guard lock(mutex_);
    --unfinished_;
    if (over_ || gone_) return;
    completion_tokens_ += ending.tokens;
    if (ending.end == service::TextEnd::kFailed) {
      base::LogError("a program's text failed: {}", ending.fault);
      Fail(500, "The text could not be written: the server's log says why.");
    } else if (ending.end == service::TextEnd::kCancelled) {
      Fail(503, "The server is stopping: try again in a minute.");
    } else {
      Choice& choice = choices_.at(static_cast<size_t>(index));
      choice.finish =
          ending.end == service::TextEnd::kLength ? "length" : "stop";
      if (options_.stream) {
        SendChunk({ChoiceJson(index, "", Json(), choice.finish)}, "null");
        if (unfinished_ == 0 && options_.include_usage) SendChunk({}, Usage());
        if (unfinished_ == 0) Send("data: [DONE]\n\n");
      } else if (unfinished_ == 0) {
        SendWhole();
      }
      if (unfinished_ == 0) over_ = true;
    }
    if (over_ && stream_) stream_->End();
  }
  CancelIfGone();
}

void CompletionAnswer::CancelIfGone() {
  std::vector<service::TextGenerator::Ticket> tickets;
  {
    std::lock_guard lock(mutex_);
    if (!gone_ || unfinished_ == 0) return;
    tickets.swap(tickets_);
  }
  for (const auto ticket : tickets) generator_.Cancel(ticket);
}

std::string CompletionAnswer::Body(const std::vector<std::string>& choices,
                                   std::string_view usage) const {
  return fmt::format(
      R"({{"id":"{}","object":"text_completion","created":{},"model":{},)"
      R"("system_fingerprint":"{}","choices":[{}],"usage":{}}})",
      options_.id, options_.created, Json(options_.model).dump(),
      options_.fingerprint, fmt::join(choices, ","), usage);
}

std::string CompletionAnswer::Usage() const {
  return Json{{"prompt_tokens", options_.prompt_tokens},
              {"completion_tokens", completion_tokens_},
              {"total_tokens", options_.prompt_tokens + completion_tokens_}}
      .dump();
}

void CompletionAnswer::Send(std::string_view bytes) {
  if (!stream_) {
    unsent_ += bytes;
  } else if (!stream_->Write(bytes)) {
    gone_ = true;
  }
}

void CompletionAnswer::SendChunk(const std::vector<std::string>& choices,
                                 std::string_view usage) {
  Send("data: " + Body(choices, usage) + "\n\n");
}

void CompletionAnswer::SendWhole() {
  std::vector<std::string> choices;
  for (size_t i = 0; i < choices_.size(); ++i) {
    Choice& choice = choices_[i];
    choices.push_back(ChoiceJson(
        static_cast<int>(i), choice.text,
        options_.logprobs ? choice.TakeLogprobs() : Json(), choice.finish));
  }
  Send(Body(choices, Usage()) + "\n");
}

// Where the status was sent already, a client that looks for no error finds no
// choices.
void CompletionAnswer::Fail(int status, const std::string& message) {
  if (!options_.stream) {
    status_ = status;
    if (stream_) stream_->SetStatus(status);
  }
  const std::string json = ApiFaultJson({.status = status, .message = message});
  Send(options_.stream ? "data: " + json + "\n\n" : json + "\n");
  over_ = gone_ = true;
}

}  // namespace artspeak::web
