#include "web/event_cursor.h"

#include <gtest/gtest.h>

namespace artspeak::web {
namespace {

using service::kTextsPerReview;
using service::Run;
using service::UnfinishedText;

WrittenTexts Unfinished(std::string first, service::Run run = {1, 0}) {
  WrittenTexts texts;
  texts.unfinished.resize(kTextsPerReview);
  texts.unfinished[0] = {run, std::move(first)};
  return texts;
}

TEST(EventCursor, ComesBackAsItWas) {
  EventCursor cursor;
  cursor.places[0].finished = true;
  cursor.places[3] = {false, {2, 1}, 1234};
  const std::string text = cursor.Format();
  EXPECT_EQ(text, "d-0.0.0-0.0.0-2.1.1234-0.0.0");
  const auto parsed = EventCursor::Parse(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->Format(), text);
}

TEST(EventCursor, WhatNobodyWroteIsRefused) {
  for (const char* text :
       {"", "end", "d-d-d-d", "d-d-d-d-d-d", "d-d-d-d-x", "d-d-d-d-1.1",
        "d-d-d-d-1.1.", "d-d-d-d-1.1.-1", "d-d-d-d-1.1.1 ", "-d-d-d-d-d",
        "d-d-d-d-1.1.99999999999999999999999", "d-d-d-d-d\n"}) {
    EXPECT_FALSE(EventCursor::Parse(text)) << text;
  }
}

TEST(EventCursor, APieceGoesOnWhereTheLastEnded) {
  EventCursor cursor;
  EXPECT_EQ(EventsUpTo(Unfinished("A “ch"), cursor),
            "event: piece\nid: 1.0.7-0.0.0-0.0.0-0.0.0-0.0.0\n"
            "data: {\"begin\":true,\"piece\":\"A “ch\",\"text\":1}\n\n");
  EXPECT_EQ(EventsUpTo(Unfinished("A “chair\n”"), cursor),
            "event: piece\nid: 1.0.14-0.0.0-0.0.0-0.0.0-0.0.0\n"
            "data: {\"piece\":\"air\\n”\",\"text\":1}\n\n");
  EXPECT_EQ(EventsUpTo(Unfinished("A “chair\n”"), cursor), "");
}

TEST(EventCursor, AnotherWritingBeginsAnew) {
  EventCursor cursor;
  EventsUpTo(Unfinished("A chair"), cursor);
  const std::string again = EventsUpTo(Unfinished("A table", {2, 0}), cursor);
  EXPECT_NE(again.find("\"begin\":true,\"piece\":\"A table\""),
            std::string::npos)
      << again;
}

TEST(EventCursor, ALyingCursorBeginsAnew) {
  for (const size_t bytes : {1000, 3}) {  // past the end; in a character
    EventCursor cursor;
    cursor.places[0] = {false, {1, 0}, bytes};
    const std::string events = EventsUpTo(Unfinished("A “chair”"), cursor);
    EXPECT_NE(events.find("\"begin\":true,\"piece\":\"A “chair”\""),
              std::string::npos)
        << events;
  }
}

TEST(EventCursor, AFinishedTextIsToldOnceAndItsPiecesNoMore) {
  EventCursor cursor;
  WrittenTexts texts = Unfinished("A chair");
  texts.finished[0] = "A \"chair\".";
  EXPECT_EQ(EventsUpTo(texts, cursor),
            "event: text\nid: d-0.0.0-0.0.0-0.0.0-0.0.0\n"
            "data: {\"content\":\"A \\\"chair\\\".\",\"text\":1}\n\n");
  EXPECT_EQ(EventsUpTo(texts, cursor), "");
}

TEST(EventCursor, BytesThatAreNoTextArriveAsSuch) {
  EventCursor cursor;
  const std::string events = EventsUpTo(Unfinished("a\xff"), cursor);
  EXPECT_NE(events.find("a\xef\xbf\xbd"), std::string::npos) << events;
}

}  // namespace
}  // namespace artspeak::web
