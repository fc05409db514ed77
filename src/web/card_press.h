// Draws cards, one at a time, and keeps them: a thread of its own, so that no
// page waits for one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "web/card.h"

namespace artspeak::web {

// Thread-safe. Its memory is bounded: kept cards by Limits::bytes, ordered ones
// by Limits::orders.
class CardPress {
 public:
  using Png = std::shared_ptr<const std::string>;

  struct Limits {
    size_t bytes = 16 << 20;  // of kept files; those asked for longest ago go
    size_t orders = 64;       // that wait to be drawn; more are refused
    int waiting = 1;          // threads in Wait; more do not wait
  };

  CardPress();  // of DrawCard
  CardPress(std::function<std::string(const Card&)> draw, Limits limits);
  ~CardPress();  // drops what is not begun
  CardPress(const CardPress&) = delete;
  CardPress& operator=(const CardPress&) = delete;

  // `key` names content and look: one key, one picture. `card` is called at
  // once, and only if the picture has to be drawn.
  using MakeCard = std::function<Card()>;

  // Has it drawn, unless it is kept or ordered already, or too many are
  // ordered. Returns at once.
  void Order(const std::string& key, const MakeCard& card);

  // Order, and the file as soon as it is there. Null after `patience`, when too
  // many wait or are ordered, or when it cannot be drawn (which is logged).
  Png Wait(const std::string& key, const MakeCard& card,
           std::chrono::milliseconds patience);

 private:
  struct Kept {
    std::string key;
    Png png;
  };
  struct Ordered {
    std::string key;
    Card card;
  };

  // These four under mutex_.
  Png Find(const std::string& key);
  bool IsOrdered(const std::string& key) const;
  bool Accept(const std::string& key, const MakeCard& card);
  void Keep(const std::string& key, Png png);
  void Run();

  const std::function<std::string(const Card&)> draw_;
  const Limits limits_;
  std::mutex mutex_;  // guards all below
  std::condition_variable ordered_;
  std::condition_variable drawn_;
  std::list<Ordered> orders_;  // the first is the one being drawn
  std::list<Kept> kept_;       // what was asked for last comes first
  std::unordered_map<std::string, std::list<Kept>::iterator> by_key_;
  size_t bytes_ = 0;
  int waiting_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace artspeak::web
