#include "engine/text_engine.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "decode/model_identity.h"
#include "decode/scheduler.h"

namespace artspeak::engine {
namespace {

service::TextEnd EndOf(decode::Finish finish) {
  switch (finish) {
    case decode::Finish::kStop:
    case decode::Finish::kCopied:
      return service::TextEnd::kStop;
    case decode::Finish::kLength:
      return service::TextEnd::kLength;
    case decode::Finish::kCancelled:
      return service::TextEnd::kCancelled;
    case decode::Finish::kFailed:
      break;
  }
  return service::TextEnd::kFailed;
}

service::DrawnToken DrawnTokenOf(const decode::DrawnToken& token,
                                 const text::Tokenizer& tokenizer) {
  const auto chance_of = [&](const decode::TokenChance& chance) {
    return service::TokenChance{std::string(tokenizer.TokenBytes(chance.token)),
                                chance.log_probability};
  };
  service::DrawnToken drawn{chance_of(token.chances.drawn), {}, token.offset};
  for (const decode::TokenChance& chance : token.chances.likeliest) {
    drawn.likeliest.push_back(chance_of(chance));
  }
  return drawn;
}

service::GeneratorIdentity GeneratorIdentityOf(
    const decode::LoadedModel& model, std::optional<decode::KvFormat> kv,
    const decode::CopyLimit& limit, base::ThreadPool& pool) {
  const decode::ModelIdentity identity = decode::IdentityOf(model, kv, pool);
  return {.model_hash = identity.model_hash,
          .kv = identity.kv,
          .instruction_set = identity.instruction_set,
          .max_copied_words = limit.active() ? limit.max_words : 0,
          .passages_hash =
              limit.active() ? base::Blake2bHex(limit.passages->Digest()) : ""};
}

}  // namespace

class TextEngine::Worker {
 public:
  Worker(decode::LoadedModel model, Options options)
      : copy_limit_(std::move(options.copy_limit)),
        on_busy_(std::move(options.on_busy)),
        tokenizer_(model.tokenizer),
        context_(model.model->config().context),
        slots_{.all = options.slots},
        background_slots_{.all = options.background_texts},
        pool_(options.threads),
        identity_(GeneratorIdentityOf(model, options.kv, copy_limit_, pool_)),
        scheduler_(std::move(model), pool_,
                   {.max_sequences = options.slots,
                    .max_background = kBackgroundAtOnce,
                    .kv = options.kv}),
        thread_([this](std::stop_token stop) { Run(stop); }) {}

  const service::GeneratorIdentity& identity() const { return identity_; }

  int context() const { return context_; }

  int CountTokens(std::string_view prompt) const {
    return static_cast<int>(tokenizer_->Encode(prompt).size());
  }

  int free_slots() const {
    std::lock_guard lock(mutex_);
    return slots_.free();
  }

  std::optional<Ticket> Start(const service::GenerationRequest& request,
                              std::shared_ptr<service::GenerationSink> sink) {
    std::unique_lock lock(mutex_);
    Slots& slots = SlotsOf(request.background);
    if (static_cast<size_t>(slots.free()) < request.seeds.size()) {
      return std::nullopt;
    }
    if (!busy() && on_busy_) on_busy_(true);
    slots.taken += static_cast<int>(request.seeds.size());
    orders_.push_back({next_ticket_, request, std::move(sink)});
    const Ticket ticket = next_ticket_++;
    lock.unlock();
    changed_.notify_one();
    return ticket;
  }

  void Cancel(Ticket ticket) {
    {
      std::lock_guard lock(mutex_);
      cancelled_.push_back(ticket);
    }
    changed_.notify_one();
  }

 private:
  struct Slots {
    int all;
    int taken = 0;
    int free() const { return all - taken; }
  };

  Slots& SlotsOf(bool background) {
    return background ? background_slots_ : slots_;
  }
  bool busy() const { return slots_.taken + background_slots_.taken > 0; }

  struct Order {
    Ticket ticket;
    service::GenerationRequest request;
    std::shared_ptr<service::GenerationSink> sink;
  };

  // Passes a request's texts on to its sink, and frees their slots. A text that
  // copies too much it asks to be written again.
  class Relay : public decode::TextSink {
   public:
    Relay(Worker& worker, Order& order)
        : worker_(worker),
          ticket_(order.ticket),
          sink_(std::move(order.sink)),
          unfinished_(order.request.seeds.size()),
          at_once_(!worker.copy_limit_.active()) {
      for (const uint64_t seed : order.request.seeds) {
        texts_.emplace_back(worker.copy_limit_, seed, 0);
      }
    }

    // What to ask of the scheduler for each of the texts; streams is empty.
    decode::TextRequest request;

    base::RandomStream random(int index) const {
      return texts_[static_cast<size_t>(index)].random();
    }

    void OnPiece(int index, std::string_view piece) override {
      if (at_once_) {
        sink_->OnPiece(index, piece);
      } else {
        texts_[static_cast<size_t>(index)].Add(piece);
      }
    }

    void OnToken(int index, const decode::DrawnToken& token) override {
      if (at_once_) {
        PassOn(index, token);
      } else {
        texts_[static_cast<size_t>(index)].Add(token);
      }
    }

    void OnEnd(int index, const decode::TextEnd& end) override {
      decode::Finish finish = end.finish;
      int tokens = end.tokens;
      if (!at_once_) {
        decode::OriginalText& text = texts_[static_cast<size_t>(index)];
        if (!text.End(end.finish, end.tokens)) {
          worker_.again_.emplace_back(ticket_, index);
          return;
        }
        finish = text.finish();
        tokens = text.tokens();
        for (const decode::DrawnToken& token : text.drawn()) {
          PassOn(index, token);
        }
        if (!text.text().empty()) sink_->OnPiece(index, text.text());
      }
      // The slot first: whoever hears of the end may look for a free one.
      worker_.FreeSlot(request.background);
      if (--unfinished_ == 0) worker_.running_.erase(ticket_);
      sink_->OnEnd(
          index, {.end = EndOf(finish), .tokens = tokens, .fault = end.fault});
    }

   private:
    void PassOn(int index, const decode::DrawnToken& token) {
      sink_->OnToken(index, DrawnTokenOf(token, *worker_.tokenizer_));
    }

    Worker& worker_;
    Ticket ticket_;
    std::shared_ptr<service::GenerationSink> sink_;
    size_t unfinished_;
    bool at_once_;
    std::vector<decode::OriginalText> texts_;
  };

  // Passes one more try of a text on.
  class Retry : public decode::TextSink {
   public:
    Retry(std::shared_ptr<Relay> relay, int index)
        : relay_(std::move(relay)), index_(index) {}
    void OnPiece(int, std::string_view piece) override {
      relay_->OnPiece(index_, piece);
    }
    void OnToken(int, const decode::DrawnToken& token) override {
      relay_->OnToken(index_, token);
    }
    void OnEnd(int, const decode::TextEnd& end) override {
      relay_->OnEnd(index_, end);
    }

   private:
    std::shared_ptr<Relay> relay_;
    int index_;
  };

  struct Running {
    std::shared_ptr<Relay> relay;
    std::vector<decode::Scheduler::Id> ids;  // one, and one a retry
  };

  void Run(std::stop_token stop) {
    std::deque<Order> orders;
    std::vector<Ticket> cancelled;
    while (true) {
      bool stopping;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [this] {
          return !orders_.empty() || !cancelled_.empty() || !scheduler_.idle();
        });
        // Before the orders are taken: after a stop there come none.
        stopping = stop.stop_requested();
        orders.swap(orders_);
        cancelled.swap(cancelled_);
      }
      for (Order& order : orders) Begin(order);
      orders.clear();
      for (Ticket ticket : cancelled) {
        const auto found = running_.find(ticket);
        if (found == running_.end()) continue;
        const auto ids = found->second.ids;  // the last end erases it
        for (const decode::Scheduler::Id id : ids) scheduler_.Cancel(id);
      }
      cancelled.clear();
      if (stopping) {
        scheduler_.CancelAll();
        return;
      }
      scheduler_.Step();
      WriteAgain();
    }
  }

  void Begin(Order& order) {
    const int texts = static_cast<int>(order.request.seeds.size());
    const Ticket ticket = order.ticket;
    const auto relay = std::make_shared<Relay>(*this, order);
    relay->request.background = order.request.background;
    try {
      relay->request.prompt = tokenizer_->Encode(order.request.prompt);
      const service::SamplingOptions& sampling = order.request.sampling;
      relay->request.options.length = sampling.max_tokens;
      relay->request.options.sampling = {.temperature = sampling.temperature,
                                         .top_p = sampling.top_p};
      relay->request.options.stop = order.request.stop;
      relay->request.options.logprobs = order.request.logprobs;
      decode::TextRequest request = relay->request;
      for (int i = 0; i < texts; ++i) {
        request.streams.push_back(relay->random(i));
      }
      running_[ticket] = {relay, {scheduler_.Add(std::move(request), relay)}};
    } catch (const std::exception& error) {
      for (int i = 0; i < texts; ++i) {
        relay->OnEnd(i, {decode::Finish::kFailed, 0, error.what()});
      }
    }
  }

  // The texts that copied too much, in slots that they still hold.
  void WriteAgain() {
    for (const auto& [ticket, index] : std::exchange(again_, {})) {
      Running& running = running_.at(ticket);
      const std::shared_ptr<Relay> relay = running.relay;
      try {
        decode::TextRequest request = relay->request;
        request.streams = {relay->random(index)};
        running.ids.push_back(scheduler_.Add(
            std::move(request), std::make_shared<Retry>(relay, index)));
      } catch (const std::exception& error) {
        relay->OnEnd(index, {decode::Finish::kFailed, 0, error.what()});
      }
    }
  }

  void FreeSlot(bool background) {
    std::lock_guard lock(mutex_);
    --SlotsOf(background).taken;
    if (!busy() && on_busy_) on_busy_(false);
  }

  const decode::CopyLimit copy_limit_;
  const std::function<void(bool)> on_busy_;
  const std::shared_ptr<const text::Tokenizer> tokenizer_;
  const int context_;

  mutable std::mutex mutex_;  // guards the next six
  Slots slots_, background_slots_;
  std::condition_variable_any changed_;
  std::deque<Order> orders_;
  std::vector<Ticket> cancelled_;
  Ticket next_ticket_ = 1;

  base::ThreadPool pool_;  // of the thread alone, once it runs
  const service::GeneratorIdentity identity_;

  // Of the thread alone.
  decode::Scheduler scheduler_;
  std::map<Ticket, Running> running_;
  std::vector<std::pair<Ticket, int>> again_;  // texts, by ticket and index

  std::jthread thread_;  // last: it ends before what it uses
};

TextEngine::TextEngine(decode::LoadedModel model, Options options)
    : worker_(std::make_unique<Worker>(std::move(model), std::move(options))) {}

TextEngine::~TextEngine() = default;

const service::GeneratorIdentity& TextEngine::identity() const {
  return worker_->identity();
}

int TextEngine::context() const { return worker_->context(); }

int TextEngine::CountTokens(std::string_view prompt) const {
  return worker_->CountTokens(prompt);
}

int TextEngine::free_slots() const { return worker_->free_slots(); }

std::optional<service::TextGenerator::Ticket> TextEngine::Start(
    const service::GenerationRequest& request,
    std::shared_ptr<service::GenerationSink> sink) {
  return worker_->Start(request, std::move(sink));
}

void TextEngine::Cancel(Ticket ticket) { worker_->Cancel(ticket); }

}  // namespace artspeak::engine
