#include "web/review_events.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "web/duration_words.h"

namespace artspeak::web {

using service::ReviewProgress;
using service::ReviewState;

namespace {

constexpr std::chrono::hours kNoHurry{24};

std::string DescribeProgress(const ReviewProgress& progress) {
  nlohmann::json data = nlohmann::json::object();
  if (progress.state == ReviewState::kWaiting) {
    data["ahead"] = progress.jobs_ahead;
  } else if (progress.state == ReviewState::kGenerating) {
    data["finished"] = progress.texts;
  }
  if (progress.estimate) data["estimate"] = DescribeRange(*progress.estimate);
  return data.dump();
}

std::map<int, std::string> TextsByPlace(service::Review review) {
  std::map<int, std::string> texts;
  for (size_t i = 0; i < review.texts.size(); ++i) {
    texts[PlaceOf(review, i)] = std::move(review.texts[i]);
  }
  return texts;
}

}  // namespace

bool IsSettled(ReviewState state) {
  return state == ReviewState::kDone || state == ReviewState::kFailed ||
         state == ReviewState::kBlocked;
}

struct ReviewEvents::Seats {
  std::mutex mutex;  // guards both below
  size_t taken = 0;
  std::map<std::string, size_t> by_client;
};

class ReviewEvents::Seat {
 public:
  Seat(std::shared_ptr<Seats> seats, std::string client)
      : seats_(std::move(seats)), client_(std::move(client)) {}
  ~Seat() {
    const std::scoped_lock lock(seats_->mutex);
    --seats_->taken;
    if (const auto it = seats_->by_client.find(client_);
        it != seats_->by_client.end() && --it->second == 0) {
      seats_->by_client.erase(it);
    }
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

 private:
  std::shared_ptr<Seats> seats_;
  std::string client_;
};

ReviewEvents::ReviewEvents(service::Reception& reception,
                           service::LiveText& live, base::Clock& clock,
                           Options options)
    : reception_(reception),
      live_(live),
      clock_(clock),
      options_(options),
      seats_(std::make_shared<Seats>()) {}

ReviewEvents::~ReviewEvents() { EndAll(); }

std::shared_ptr<ReviewEvents::Seat> ReviewEvents::TakeSeat(
    const std::string& client) {
  const std::scoped_lock lock(seats_->mutex);
  if (seats_->taken >= options_.max_streams) return nullptr;
  if (!client.empty()) {
    size_t& own = seats_->by_client[client];
    if (own >= options_.max_streams_per_client) return nullptr;
    ++own;
  }
  ++seats_->taken;
  return std::make_shared<Seat>(seats_, client);
}

void ReviewEvents::Open(Watcher watcher) {
  {
    const std::scoped_lock lock(mutex_);
    if (ended_) {
      watcher.stream->End();
      return;
    }
    arrived_.push_back(std::move(watcher));
  }
  live_.Ring();
}

void ReviewEvents::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    live_.Wait(
        clock_,
        watches_.empty() ? std::chrono::milliseconds(kNoHurry) : options_.poll,
        stop);
    Tick();
    if (!watches_.empty()) clock_.Sleep(options_.gather, stop);
  }
  EndAll();
}

void ReviewEvents::EndAll() {
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  for (const Watcher& watcher : arrived_) watcher.stream->End();
  arrived_.clear();
  for (auto& [id, watch] : watches_) {
    for (const Stream& stream : watch.streams) stream.stream->End();
    for (const Stream& stream : watch.fresh) stream.stream->End();
  }
  watches_.clear();
}

void ReviewEvents::Tick() {
  TakeArrivals();
  DropGone();
  const base::UnixTime now = clock_.Now();
  const bool all = live_.TakeChange() || now - polled_ >= options_.poll;
  std::vector<std::string> ids;
  for (const auto& [id, watch] : watches_) {
    if (all || !watch.fresh.empty()) ids.push_back(id);
  }
  if (all) polled_ = now;
  if (!ids.empty()) Poll(ids);
  for (auto& [id, watch] : watches_) {
    SendPieces(id, watch);
    for (Stream& stream : watch.streams) {
      if (now - stream.written < options_.comment) continue;
      stream.stream->Write(":\n\n");
      stream.written = now;
    }
  }
}

void ReviewEvents::TakeArrivals() {
  std::vector<Watcher> arrived;
  {
    const std::scoped_lock lock(mutex_);
    arrived.swap(arrived_);
  }
  for (Watcher& watcher : arrived) {
    watches_[watcher.review_id].fresh.push_back(
        {.seat = std::move(watcher.seat),
         .stream = std::move(watcher.stream),
         .written = clock_.Now(),
         .cursor = EventCursor::Parse(watcher.last_event_id)
                       .value_or(EventCursor{})});
  }
}

void ReviewEvents::DropGone() {
  const auto gone = [](const Stream& stream) {
    return !stream.stream->Write("");
  };
  for (auto it = watches_.begin(); it != watches_.end();) {
    Watch& watch = it->second;
    std::erase_if(watch.streams, gone);
    std::erase_if(watch.fresh, gone);
    const bool left = watch.streams.empty() && watch.fresh.empty();
    it = left ? watches_.erase(it) : std::next(it);
  }
}

void ReviewEvents::Poll(std::span<const std::string> ids) {
  try {
    const auto all = reception_.FindProgress(ids);
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto watch = watches_.find(ids[i]);
      if (!Advance(ids[i], watch->second, all[i])) watches_.erase(watch);
    }
    faulty_ = false;
  } catch (const base::Error& error) {
    if (!std::exchange(faulty_, true)) {
      base::LogError("the event streams wait for the store: {}", error.what());
    }
  }
}

bool ReviewEvents::Advance(const std::string& id, Watch& watch,
                           const std::optional<ReviewProgress>& progress) {
  std::string_view state = "missing";
  bool settled = true;
  if (progress) {
    state = service::StateName(progress->state);
    settled = IsSettled(progress->state);
    WrittenTexts texts;
    // Asked before anything is sent: it may throw.
    if (progress->state != ReviewState::kBlocked &&
        (progress->texts != watch.texts || !watch.fresh.empty())) {
      if (auto review = reception_.Find(id)) {
        texts.finished = TextsByPlace(*std::move(review));
      }
    }
    if (auto live = live_.Read(id)) texts.unfinished = *std::move(live);

    const std::string data = DescribeProgress(*progress);
    const bool news =
        watch.state != progress->state || watch.state_data != data;
    watch.state = progress->state;
    watch.state_data = data;
    watch.texts = progress->texts;
    const auto bring = [&](EventCursor& cursor, bool tell_state) {
      std::string events;
      if (tell_state && !settled) {
        events = FormatEvent(state, cursor.Format(), data);
      }
      return events + EventsUpTo(texts, cursor);
    };
    Send(watch.streams, bring(watch.cursor, news));
    for (Stream& stream : watch.fresh) {
      stream.stream->Write(bring(stream.cursor, true));
    }
  }
  std::move(watch.fresh.begin(), watch.fresh.end(),
            std::back_inserter(watch.streams));
  watch.fresh.clear();
  if (!settled) return true;
  for (const Stream& stream : watch.streams) {
    stream.stream->Write(FormatEvent(state, kLastEventId, "{}"));
    stream.stream->End();
  }
  return false;
}

void ReviewEvents::SendPieces(const std::string& id, Watch& watch) {
  const auto live = live_.Read(id);
  if (!live) return;
  const WrittenTexts texts = {.finished = {}, .unfinished = *live};
  Send(watch.streams, EventsUpTo(texts, watch.cursor));
}

void ReviewEvents::Send(std::vector<Stream>& streams, std::string_view bytes) {
  if (bytes.empty()) return;
  for (Stream& stream : streams) {
    stream.stream->Write(bytes);
    stream.written = clock_.Now();
  }
}

}  // namespace artspeak::web
