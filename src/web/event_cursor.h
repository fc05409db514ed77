// What a client has seen of a review that is being written, and the events that
// bring it up to the present.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/live_text.h"
#include "service/review.h"

namespace artspeak::web {

struct EventCursor {
  struct Place {
    bool finished = false;  // the whole text was sent
    service::Run run;       // else the first `bytes` of this writing of it
    size_t bytes = 0;
  };
  std::array<Place, service::kTextsPerReview> places;

  // As an event's id, which comes back as Last-Event-ID: "d-2.0.120-0.0.0-…".
  std::string Format() const;
  // Nothing for what Format did not write. What it says may still be untrue.
  static std::optional<EventCursor> Parse(std::string_view text);
};

// The texts of a review at one moment, by place.
struct WrittenTexts {
  std::map<int, std::string> finished;
  // Empty where they are written in another process.
  std::vector<service::UnfinishedText> unfinished;
};

// The events, as bytes of a text/event-stream, that a client at `cursor` has
// yet to hear; moves the cursor behind them. Texts count from 1.
//   piece  {"text": 2, "piece": "…"}  goes on where the last piece of it ended;
//          with "begin": true it begins the text, also anew
//   text   {"text": 2, "content": "…"}  is finished
std::string EventsUpTo(const WrittenTexts& texts, EventCursor& cursor);

// One event; `json` holds no line break.
std::string FormatEvent(std::string_view name, std::string_view id,
                        std::string_view json);

}  // namespace artspeak::web
