#include "examples/magazine/grammar.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/error.h"
#include "examples/magazine/english.h"

namespace artspeak::magazine {
namespace {

std::string WriteWith(const std::string& text, const std::string& rule) {
  Grammar grammar;
  grammar.AddText(text, "test.grammar");
  base::RandomStream random(1);
  Writer writer({&grammar}, random);
  return writer.Write(rule);
}

std::string ErrorOf(const std::string& text, const std::string& rule) {
  try {
    WriteWith(text, rule);
  } catch (const base::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Grammar, FillsReferencesWithModifiers) {
  EXPECT_EQ(WriteWith("list thing\n  park bench\n"
                      "rule all\n  [A thing], two [s thing]. [t thing],\n"
                      "    [at thing].\n",
                      "all"),
            "A park bench, two park benches. Park Bench, a Park Bench.");
}

TEST(Grammar, BindsANameOnceAndPrintsNothingForIt) {
  EXPECT_EQ(WriteWith("list thing\n  oar, axe\n"
                      "rule all\n  {it=[a thing]}[it] is [it].\n",
                      "all")
                .substr(0, 3),
            "An ");
}

TEST(Grammar, UsesEveryAlternativeBeforeOneComesAgain) {
  const std::string text =
      WriteWith("list n\n  a, b, c, d\nrule all\n  -[n][n][n][n]\n", "all");
  EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 5u) << text;
}

TEST(Grammar, ALaterLayerHidesARule) {
  Grammar house, decade;
  house.AddText("list colour\n  sage\nrule all\n  in [colour]\n", "house");
  decade.AddText("list colour\n  brown\n", "decade");
  base::RandomStream random(1);
  EXPECT_EQ(Writer({&house, &decade}, random).Write("all"), "In brown");
}

TEST(Grammar, FaultsAreOneSentenceThatSaysWhere) {
  EXPECT_EQ(ErrorOf("rule a\n  [b]\n", "a"),
            "the grammar has no rule b: add it, or mend its name");
  EXPECT_EQ(ErrorOf("rule a\n  [a]\n", "a"),
            "the grammar's rule a calls itself without end");
  EXPECT_EQ(ErrorOf("  lost\n", "a"),
            "test.grammar:1 stands before any rule: write 'rule NAME' first");
  EXPECT_EQ(ErrorOf("rule a\n  x\nrule a\n", "a"),
            "test.grammar:3 defines a a second time: remove one of them");
  EXPECT_NE(ErrorOf("rule a\n  [b\n", "a").find("never closes"),
            std::string::npos);
  EXPECT_NE(ErrorOf("word a\n", "a").find("neither a rule nor a list"),
            std::string::npos);
  EXPECT_NE(ErrorOf("rule a\n  {b}\n", "a").find("{name=text}"),
            std::string::npos);
}

TEST(English, KnowsArticlesPluralsAndCapitals) {
  EXPECT_EQ(WithArticle("oar"), "an oar");
  EXPECT_EQ(WithArticle("hourglass"), "an hourglass");
  EXPECT_EQ(WithArticle("university"), "a university");
  EXPECT_EQ(WithArticle("ewe"), "a ewe");
  EXPECT_EQ(WithArticle("*Untitled*"), "an *Untitled*");
  EXPECT_EQ(Plural("trouser press"), "trouser presses");
  EXPECT_EQ(Plural("ferry"), "ferries");
  EXPECT_EQ(Plural("tea trolley"), "tea trolleys");
  EXPECT_EQ(TitleCase("the heron of Ghent"), "The Heron of Ghent");
  EXPECT_EQ(SentenceCase("it is. \"no?\" she said. (so.) *ah*"),
            "It is. \"No?\" she said. (So.) *ah*");
}

}  // namespace
}  // namespace artspeak::magazine
