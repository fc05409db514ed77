// The event streams of all who watch a review being written: one thread asks
// the store for all of them at once, and tells each what is new.
//
// Events, each with an id to go on from (event_cursor.h):
//   waiting     {"ahead": 2, "estimate": "3 to 5 minutes"}
//   generating  {"finished": 1, "estimate": "…"}
//   piece, text as in event_cursor.h
//   done, failed, blocked, missing  {}: the last, and the stream ends
// An estimate is left out where none is known; other states have {}.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/response_stream.h"
#include "service/live_text.h"
#include "service/reception.h"
#include "web/event_cursor.h"

namespace artspeak::web {

// The id of a stream's last event.
inline constexpr std::string_view kLastEventId = "end";
// True when nothing more will be told of such a review.
bool IsSettled(service::ReviewState state);

class ReviewEvents {
 public:
  struct Options {
    size_t max_streams = 2'000;
    size_t max_streams_per_client = 32;  // a whole school may share one address
    std::chrono::milliseconds poll{1'000};      // of the store
    std::chrono::milliseconds comment{15'000};  // when nothing else is to say
    std::chrono::milliseconds gather{100};      // pieces, into one event
  };

  // All that is given must outlive it.
  ReviewEvents(service::Reception& reception, service::LiveText& live,
               base::Clock& clock, Options options);
  ~ReviewEvents();

  // The right to open one stream; given back by dropping it.
  class Seat;
  // Null when all seats are taken, or all of this client. `client` tells
  // visitors apart; empty: unknown, and not counted. Thread-safe.
  std::shared_ptr<Seat> TakeSeat(const std::string& client);

  struct Watcher {
    std::string review_id;  // a known one
    std::string last_event_id;
    std::shared_ptr<Seat> seat;
    std::shared_ptr<net::ResponseStream> stream;
  };
  // Thread-safe, does not block.
  void Open(Watcher watcher);

  // Serves the streams until stop is requested, then ends them, and each that
  // is opened later at once. Call it once.
  void Run(std::stop_token stop);

  // One round of Run; for one thread. Does not throw when the store cannot
  // answer: the streams wait.
  void Tick();

 private:
  struct Stream {
    std::shared_ptr<Seat> seat;
    std::shared_ptr<net::ResponseStream> stream;
    base::UnixTime written{};
    EventCursor cursor;  // before it joins the others
  };
  // All streams but the new ones have seen the same.
  struct Watch {
    std::vector<Stream> streams;
    std::vector<Stream> fresh;
    service::ReviewState state = service::ReviewState::kWaiting;
    std::string state_data;  // of the last state event
    int texts = 0;           // finished
    EventCursor cursor;
  };

  void TakeArrivals();
  void DropGone();
  void Poll(std::span<const std::string> ids);
  // False: the review is settled, and its streams are ended.
  bool Advance(const std::string& id, Watch& watch,
               const std::optional<service::ReviewProgress>& progress);
  void SendPieces(const std::string& id, Watch& watch);
  void Send(std::vector<Stream>& streams, std::string_view bytes);
  void EndAll();

  struct Seats;

  service::Reception& reception_;
  service::LiveText& live_;
  base::Clock& clock_;
  const Options options_;
  const std::shared_ptr<Seats> seats_;
  std::mutex mutex_;  // guards arrived_ and ended_
  std::vector<Watcher> arrived_;
  bool ended_ = false;
  // The thread of Run alone:
  std::map<std::string, Watch> watches_;
  base::UnixTime polled_{};
  bool faulty_ = false;  // the store did not answer the last time
};

}  // namespace artspeak::web
