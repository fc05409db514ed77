#include "archive/robots.h"

#include <gtest/gtest.h>

namespace artspeak::archive {
namespace {

bool Allows(std::string_view rules, std::string_view target) {
  return Robots::Parse("User-agent: *\n" + std::string(rules), "artspeak")
      .Allows(target);
}

TEST(Robots, TheLongestRuleDecides) {
  // The cases of RFC 9309, 5.2 and 2.2.2.
  const char* rules = "Allow: /example/page/\nDisallow: /example/page/no.gif\n";
  EXPECT_TRUE(Allows(rules, "/example/page/yes.gif"));
  EXPECT_FALSE(Allows(rules, "/example/page/no.gif"));
  EXPECT_TRUE(Allows("Disallow: /a\nAllow: /a\n", "/a"));
  EXPECT_FALSE(Allows("Allow: /\nDisallow: /a\n", "/ab"));
  EXPECT_TRUE(Allows("Disallow:\n", "/a"));
  EXPECT_FALSE(Allows("Disallow: /\n", "/a?b"));
  EXPECT_TRUE(Allows("Disallow: /\n", "/robots.txt"));
}

TEST(Robots, WildcardsAndEnds) {
  EXPECT_FALSE(Allows("Disallow: *.gif$\n", "/a/b.gif"));
  EXPECT_TRUE(Allows("Disallow: *.gif$\n", "/a/b.gif?x"));
  EXPECT_FALSE(Allows("Disallow: /a*z\n", "/abczd"));
  EXPECT_TRUE(Allows("Disallow: /a*z\n", "/abc"));
  EXPECT_FALSE(Allows("Disallow: /a*b*c$\n", "/a-b-b-c-c"));
  EXPECT_TRUE(Allows("Disallow: /a*bc$\n", "/abcb"));
  EXPECT_TRUE(Allows("Disallow: /x*xx$\n", "/xx"));
  EXPECT_FALSE(Allows("Disallow: /a$\n", "/a"));
  EXPECT_TRUE(Allows("Disallow: /a$\n", "/ab"));
  EXPECT_FALSE(Allows("Disallow: /**\n", "/"));
}

TEST(Robots, SpellingsOfOnePathAreOne) {
  EXPECT_FALSE(Allows("Disallow: /\xE3\x83\x84\n", "/%E3%83%84"));
  EXPECT_FALSE(Allows("Disallow: /%e3%83%84\n", "/%E3%83%84"));
  EXPECT_FALSE(Allows("Disallow: /%61bc\n", "/abc"));
  EXPECT_TRUE(Allows("Disallow: /a%2Fb\n", "/a/b"));
}

TEST(Robots, TheGroupForUsByNameElseForAnyone) {
  const char* text =
      "# comment\r\nUser-agent: other\r\nUSER-AGENT : ArtSpeak/2.0\r\n"
      "Disallow: /a # why\r\n\r\nUser-agent: *\r\nDisallow: /b\r\n"
      "Sitemap: http://h/s\r\nUser-agent: artspeak\r\nDisallow: /c\r\n";
  const Robots ours = Robots::Parse(text, "artspeak/1.0 (+https://h)");
  EXPECT_FALSE(ours.Allows("/a"));
  EXPECT_TRUE(ours.Allows("/b"));
  EXPECT_FALSE(ours.Allows("/c"));  // groups of one name are one
  const Robots anyones = Robots::Parse(text, "artspeaker");
  EXPECT_TRUE(anyones.Allows("/a"));
  EXPECT_FALSE(anyones.Allows("/b"));
}

TEST(Robots, AGroupForUsWithoutRulesAllowsAll) {
  const Robots robots = Robots::Parse(
      "User-agent: artspeak\nCrawl-delay: 2.5\nUser-agent: *\nDisallow: /\n",
      "artspeak");
  EXPECT_TRUE(robots.Allows("/a"));
  EXPECT_EQ(robots.crawl_delay(), 2.5);
}

TEST(Robots, NonsenseIsSkipped) {
  const Robots robots = Robots::Parse(
      std::string("\xEF\xBB\xBF<html>\nDisallow: /before\n:\nUser-agent:\n"
                  "Disallow: /x\nUser-agent: *\nDisallow\nDisallow: nothing\n"
                  "Crawl-delay: soon\nCrawl-delay: -1\nDisallow: /%zz\0\n",
                  127),
      "artspeak");
  EXPECT_TRUE(robots.Allows("/before"));
  EXPECT_TRUE(robots.Allows("/x"));
  EXPECT_FALSE(robots.crawl_delay());
}

}  // namespace
}  // namespace artspeak::archive
