#include "decode/stop_matcher.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace artspeak::decode {
namespace {

using Strings = std::vector<std::string>;

// What comes out of the pieces, and whether a stop string ended it.
std::pair<std::string, bool> Filter(const Strings& stops,
                                    const Strings& pieces) {
  StopMatcher matcher(stops);
  std::string out;
  for (const std::string& piece : pieces) out += matcher.Push(piece);
  out += matcher.Finish();
  return {out, matcher.stopped()};
}

// By the definition: the match with the smallest end, then the longest.
std::pair<std::string, bool> Reference(const Strings& stops,
                                       const std::string& text) {
  for (size_t end = 0; end <= text.size(); ++end) {
    size_t longest = 0;
    for (const std::string& stop : stops) {
      if (std::string_view(text).substr(0, end).ends_with(stop)) {
        longest = std::max(longest, stop.size());
      }
    }
    if (longest > 0) return {text.substr(0, end - longest), true};
  }
  return {text, false};
}

TEST(StopMatcher, FindsAStopStringAcrossPieces) {
  const Strings stops = {"<|endoftext|>"};
  EXPECT_EQ(Filter(stops, {"A work.<", "|end", "of", "text", "|>", " more"}),
            std::pair(std::string("A work."), true));
  EXPECT_EQ(Filter(stops, {"a < b <|end of"}),
            std::pair(std::string("a < b <|end of"), false));
}

TEST(StopMatcher, HoldsBackOnlyWhatMayBecomeAStopString) {
  StopMatcher matcher({"###", "##!"});
  EXPECT_EQ(matcher.Push("a#"), "a");
  EXPECT_EQ(matcher.Push("#"), "");
  EXPECT_EQ(matcher.Push("b"), "##b");
  EXPECT_EQ(matcher.Push("##"), "");
  EXPECT_EQ(matcher.Push("!x"), "");
  EXPECT_TRUE(matcher.stopped());
  EXPECT_EQ(matcher.Push("more"), "");
  EXPECT_EQ(matcher.Finish(), "");
}

TEST(StopMatcher, GivesWhatWasHeldWhenTheTextIsOver) {
  StopMatcher matcher({"end"});
  EXPECT_EQ(matcher.Push("the en"), "the ");
  EXPECT_EQ(matcher.Finish(), "en");
  EXPECT_FALSE(matcher.stopped());
}

TEST(StopMatcher, AgreesWithTheDefinitionHoweverTheTextIsCut) {
  base::RandomStream random(5);
  const auto word = [&](size_t longest) {
    std::string text(1 + random.Below(longest), 'a');
    for (char& c : text) c = static_cast<char>('a' + random.Below(2));
    return text;
  };
  for (int round = 0; round < 3000; ++round) {
    Strings stops(1 + random.Below(3));
    for (std::string& stop : stops) stop = word(5);
    std::string text;
    Strings pieces(random.Below(8));
    for (std::string& piece : pieces) text += piece = word(4);
    EXPECT_EQ(Filter(stops, pieces), Reference(stops, text))
        << "round " << round << ": " << text;
  }
}

TEST(StopMatcher, RefusesAnEmptyOrBrokenStopString) {
  EXPECT_THROW(StopMatcher({""}), base::Error);
  EXPECT_THROW(StopMatcher({"\xc3"}), base::Error);
}

}  // namespace
}  // namespace artspeak::decode
