#include "web/event_cursor.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace artspeak::web {

namespace {

// Takes a number and the character that must follow it off the front.
template <typename Number>
bool Take(std::string_view& text, char end, Number& number) {
  const auto [at, fault] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || at == text.data() + text.size() || *at != end) {
    return false;
  }
  text.remove_prefix(static_cast<size_t>(at - text.data()) + 1);
  return true;
}

bool IsAtCharacter(std::string_view text, size_t at) {
  return at == text.size() ||
         (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
}

// What a model writes is not UTF-8 for certain.
std::string Dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string EventCursor::Format() const {
  std::string text;
  for (const Place& place : places) {
    if (!text.empty()) text += '-';
    if (place.finished) {
      text += 'd';
    } else {
      fmt::format_to(std::back_inserter(text), "{}.{}.{}", place.run.attempt,
                     place.run.tries, place.bytes);
    }
  }
  return text;
}

std::optional<EventCursor> EventCursor::Parse(std::string_view text) {
  EventCursor cursor;
  std::string ended = std::string(text) + '-';
  std::string_view rest = ended;
  for (Place& place : cursor.places) {
    if (rest.starts_with("d-")) {
      place.finished = true;
      rest.remove_prefix(2);
    } else if (!Take(rest, '.', place.run.attempt) ||
               !Take(rest, '.', place.run.tries) ||
               !Take(rest, '-', place.bytes)) {
      return std::nullopt;
    }
  }
  if (!rest.empty()) return std::nullopt;
  return cursor;
}

std::string EventsUpTo(const WrittenTexts& texts, EventCursor& cursor) {
  std::string events;
  for (const auto& [number, content] : texts.finished) {
    EventCursor::Place& place = cursor.places.at(static_cast<size_t>(number));
    if (std::exchange(place.finished, true)) continue;
    events += FormatEvent("text", cursor.Format(),
                          Dump({{"text", number + 1}, {"content", content}}));
  }
  for (size_t i = 0; i < texts.unfinished.size(); ++i) {
    EventCursor::Place& place = cursor.places.at(i);
    const auto& [run, text] = texts.unfinished[i];
    if (place.finished) continue;
    const bool goes_on = place.run == run && place.bytes <= text.size() &&
                         place.bytes > 0 && IsAtCharacter(text, place.bytes);
    const size_t from = goes_on ? place.bytes : 0;
    if (from == text.size()) continue;
    place.run = run;
    place.bytes = text.size();
    nlohmann::json piece = {{"text", i + 1}, {"piece", text.substr(from)}};
    if (from == 0) piece["begin"] = true;
    events += FormatEvent("piece", cursor.Format(), Dump(piece));
  }
  return events;
}

std::string FormatEvent(std::string_view name, std::string_view id,
                        std::string_view json) {
  return fmt::format("event: {}\nid: {}\ndata: {}\n\n", name, id, json);
}

}  // namespace artspeak::web
