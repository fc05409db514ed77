#include "corpus/cleaner.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/utf8.h"
#include "corpus/entities.h"

namespace artspeak::corpus {
namespace {

Document Text(std::string text) { return {std::move(text), "", "", "", ""}; }

TEST(Entities, NamesAndNumbersAreDecoded) {
  EXPECT_EQ(DecodeEntities("Q&amp;A &lt;b&gt; caf&eacute; &mdash; &#8217;"
                           "&#x2019;&#X41;&yuml;"),
            "Q&A <b> café — ’’Aÿ");
}

TEST(Entities, OldWindowsNumbersMeanTheirCharacters) {
  EXPECT_EQ(DecodeEntities("&#147;art&#148; &#x80;"), "“art” €");
}

TEST(Entities, WhatIsNoneStaysAsItIs) {
  for (const std::string text :
       {"Q&A", "a & b", "&", "&;", "&nosuch;", "&#;", "&#x;", "&#xZZ;",
        "&#12a;", "&amp", "&averyveryverylongname;", "&#-5;",
        "&#99999999999;"}) {
    EXPECT_EQ(DecodeEntities(text), text);
  }
  EXPECT_EQ(DecodeEntities("&#0;&#xD800;&#x110000;"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(DecodeEntities("&amp;lt;"), "&lt;");  // once
}

TEST(Cleaner, SpacesAreOneAndLinesTrimmed) {
  EXPECT_EQ(CleanText("  a\t\u00A0 b \r\n  c\u2003d  "), "a b\nc d");
}

TEST(Cleaner, AtMostOneBlankLineStandsInARow) {
  EXPECT_EQ(CleanText("\n\na\n \n\t\n\nb\rc\r\n\r\nd\u2028e\n"),
            "a\n\nb\nc\n\nd\ne");
}

TEST(Cleaner, WhatShowsNothingGoes) {
  EXPECT_EQ(CleanText("\uFEFFpain\u00ADter\u200B\x01\x1B\x7F\u0085s\u202E"),
            "painter\ns");
  EXPECT_EQ(CleanText("\U0001F469\u200D\U0001F3A8"),
            "\U0001F469\u200D\U0001F3A8");
}

TEST(Cleaner, EntitiesLeftByAPageAreDecoded) {
  EXPECT_EQ(CleanText("Q&amp;A:&nbsp; &#8220;yes&#8221;"), "Q&A: “yes”");
}

TEST(Cleaner, CleaningTwiceIsCleaningOnce) {
  base::RandomStream random(4);
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (uint64_t k = random.Below(60); k > 0; --k) {
      static constexpr std::string_view kParts[] = {
          "a", " ", "\n", "\r", "\t", "\u00A0", "\u200B", "\xE2\x80", "\u2028"};
      text += random.Below(8) == 0 ? std::string(1, random.Below(256))
                                   : std::string(kParts[random.Below(9)]);
    }
    std::erase(text, '&');
    const std::string clean = CleanText(text);
    ASSERT_TRUE(base::IsValidUtf8(clean));
    ASSERT_EQ(CleanText(clean), clean);
  }
}

TEST(Cleaner, DocumentsLeftWithoutTextAreDropped) {
  std::vector<Document> documents = {Text(" &nbsp;\n\u200B"), Text("a  b")};
  documents[1].title = "On\n\n paint";
  documents = Clean(std::move(documents));
  ASSERT_EQ(documents.size(), 1u);
  EXPECT_EQ(documents[0].text, "a b");
  EXPECT_EQ(documents[0].title, "On paint");
}

TEST(Deduplicate, KeepsTheFirstOfCopiesInAnyDress) {
  const std::vector<Document> documents = {Text("The “Blue” wall."),
                                           Text("Another wall"),
                                           Text("the \"blue\"\n wall!"),
                                           Text("…"),
                                           Text("—"),
                                           Text("…")};
  EXPECT_EQ(CountDuplicates(documents), 2);
  const std::vector<Document> kept = Deduplicate(documents);
  ASSERT_EQ(kept.size(), 4u);
  EXPECT_EQ(kept[0].text, "The “Blue” wall.");
  EXPECT_EQ(kept[1].text, "Another wall");
}

TEST(Deduplicate, DifferentLettersAreDifferentTexts) {
  const std::vector<Document> documents = {Text("Malý dům"), Text("Malé dum"),
                                           Text("画"), Text("絵")};
  EXPECT_EQ(CountDuplicates(documents), 0);
}

}  // namespace
}  // namespace artspeak::corpus
