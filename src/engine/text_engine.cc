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

#include "base/random.h"
#include "base/thread_pool.h"
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

}  // namespace

class TextEngine::Worker {
 public:
  Worker(decode::LoadedModel model, Options options)
      : slots_(options.slots),
        tokenizer_(model.tokenizer),
        pool_(options.threads),
        scheduler_(std::move(model), pool_, {.max_sequences = options.slots}),
        thread_([this](std::stop_token stop) { Run(stop); }) {}

  int free_slots() const {
    std::lock_guard lock(mutex_);
    return slots_ - taken_;
  }

  std::optional<Ticket> Start(const service::GenerationRequest& request,
                              std::shared_ptr<service::GenerationSink> sink) {
    std::unique_lock lock(mutex_);
    if (static_cast<size_t>(slots_ - taken_) < request.seeds.size()) {
      return std::nullopt;
    }
    taken_ += static_cast<int>(request.seeds.size());
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
  struct Order {
    Ticket ticket;
    service::GenerationRequest request;
    std::shared_ptr<service::GenerationSink> sink;
  };

  // Passes a request's texts on to its sink, and frees their slots.
  class Relay : public decode::TextSink {
   public:
    Relay(Worker& worker, Order& order)
        : worker_(worker),
          ticket_(order.ticket),
          sink_(std::move(order.sink)),
          unfinished_(order.request.seeds.size()) {}

    void OnPiece(int index, std::string_view piece) override {
      sink_->OnPiece(index, piece);
    }

    void OnEnd(int index, const decode::TextEnd& end) override {
      // The slot first: whoever hears of the end may look for a free one.
      worker_.FreeSlot();
      if (--unfinished_ == 0) worker_.running_.erase(ticket_);
      sink_->OnEnd(index, EndOf(end.finish), end.fault);
    }

   private:
    Worker& worker_;
    Ticket ticket_;
    std::shared_ptr<service::GenerationSink> sink_;
    size_t unfinished_;
  };

  void Run(std::stop_token stop) {
    std::deque<Order> orders;
    std::vector<Ticket> cancelled;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [this] {
          return !orders_.empty() || !cancelled_.empty() || !scheduler_.idle();
        });
        orders.swap(orders_);
        cancelled.swap(cancelled_);
      }
      for (Order& order : orders) Begin(order);
      orders.clear();
      for (Ticket ticket : cancelled) {
        const auto found = running_.find(ticket);
        if (found != running_.end()) scheduler_.Cancel(found->second);
      }
      cancelled.clear();
      if (stop.stop_requested()) {
        scheduler_.CancelAll();
        return;
      }
      scheduler_.Step();
    }
  }

  void Begin(Order& order) {
    const int texts = static_cast<int>(order.request.seeds.size());
    const Ticket ticket = order.ticket;
    const auto relay = std::make_shared<Relay>(*this, order);
    try {
      decode::TextRequest request;
      request.prompt = tokenizer_->Encode(order.request.prompt);
      for (uint64_t seed : order.request.seeds) {
        request.streams.emplace_back(seed);
      }
      request.options.length = order.request.max_tokens;
      request.options.sampling = {.temperature = order.request.temperature,
                                  .top_p = order.request.top_p};
      running_[ticket] = scheduler_.Add(std::move(request), relay);
    } catch (const std::exception& error) {
      for (int i = 0; i < texts; ++i) {
        relay->OnEnd(i, {decode::Finish::kFailed, 0, error.what()});
      }
    }
  }

  void FreeSlot() {
    std::lock_guard lock(mutex_);
    --taken_;
  }

  const int slots_;
  const std::shared_ptr<const text::Tokenizer> tokenizer_;

  mutable std::mutex mutex_;  // guards the next five
  std::condition_variable_any changed_;
  std::deque<Order> orders_;
  std::vector<Ticket> cancelled_;
  Ticket next_ticket_ = 1;
  int taken_ = 0;

  // Of the thread alone.
  base::ThreadPool pool_;
  decode::Scheduler scheduler_;
  std::map<Ticket, decode::Scheduler::Id> running_;

  std::jthread thread_;  // last: it ends before what it uses
};

TextEngine::TextEngine(decode::LoadedModel model, Options options)
    : worker_(std::make_unique<Worker>(std::move(model), options)) {}

TextEngine::~TextEngine() = default;

int TextEngine::free_slots() const { return worker_->free_slots(); }

std::optional<service::TextGenerator::Ticket> TextEngine::Start(
    const service::GenerationRequest& request,
    std::shared_ptr<service::GenerationSink> sink) {
  return worker_->Start(request, std::move(sink));
}

void TextEngine::Cancel(Ticket ticket) { worker_->Cancel(ticket); }

}  // namespace artspeak::engine
