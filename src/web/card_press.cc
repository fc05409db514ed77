#include "web/card_press.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/thread_priority.h"

namespace artspeak::web {

CardPress::CardPress() : CardPress(DrawCard, Limits{}) {}

CardPress::CardPress(std::function<std::string(const Card&)> draw,
                     Limits limits)
    : draw_(std::move(draw)), limits_(limits), thread_([this] { Run(); }) {}

CardPress::~CardPress() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  ordered_.notify_all();
  thread_.join();
}

void CardPress::Order(const std::string& key, const MakeCard& card) {
  const std::lock_guard lock(mutex_);
  if (Find(key) == nullptr) Accept(key, card);
}

CardPress::Png CardPress::Wait(const std::string& key, const MakeCard& card,
                               std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (Png png = Find(key)) return png;
  if (!Accept(key, card) || waiting_ >= limits_.waiting) return nullptr;
  ++waiting_;
  drawn_.wait_for(lock, patience, [&] { return !IsOrdered(key); });
  --waiting_;
  return Find(key);
}

CardPress::Png CardPress::Find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->png;
}

bool CardPress::IsOrdered(const std::string& key) const {
  return std::any_of(orders_.begin(), orders_.end(),
                     [&](const Ordered& order) { return order.key == key; });
}

bool CardPress::Accept(const std::string& key, const MakeCard& card) {
  if (IsOrdered(key)) return true;
  if (orders_.size() >= limits_.orders) return false;
  orders_.push_back({key, card()});
  ordered_.notify_one();
  return true;
}

void CardPress::Keep(const std::string& key, Png png) {
  bytes_ += png->size();
  kept_.push_front({key, std::move(png)});
  by_key_[key] = kept_.begin();
  while (bytes_ > limits_.bytes && kept_.size() > 1) {
    bytes_ -= kept_.back().png->size();
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
}

void CardPress::Run() {
  base::LowerThreadPriority();  // below the pages
  std::unique_lock lock(mutex_);
  for (;;) {
    ordered_.wait(lock, [&] { return ended_ || !orders_.empty(); });
    if (ended_) return;
    const Ordered& order = orders_.front();  // no one else takes it out
    lock.unlock();
    Png png;
    try {
      png = std::make_shared<const std::string>(draw_(order.card));
    } catch (const std::exception& error) {
      base::LogError("{}", error.what());
    }
    lock.lock();
    if (png != nullptr) Keep(order.key, std::move(png));
    orders_.pop_front();
    drawn_.notify_all();
  }
}

}  // namespace artspeak::web
