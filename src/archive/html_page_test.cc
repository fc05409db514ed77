#include "archive/html_page.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace artspeak::archive {
namespace {

std::string Body(std::string_view html) {
  return HtmlPage(html).Paragraphs(Selector::Parse("body"));
}

TEST(HtmlPage, ParagraphsAreSeparatedByBlankLines) {
  EXPECT_EQ(Body("<body><p>One\n  and  <b>bold</b>.</p><p>Two<br>lines</p>"
                 "<div>three<div>four</div></div>five</body>"),
            "One and bold.\n\nTwo\nlines\n\nthree\n\nfour\n\nfive");
  EXPECT_EQ(Body("<body>a<br><br>b<br> <br><br>c</body>"), "a\n\nb\n\nc");
  EXPECT_EQ(Body("<body><pre>a  b\n\n\nc</pre></body>"), "a b\n\nc");
  EXPECT_EQ(Body("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>"),
            "a b\n\nc");
}

TEST(HtmlPage, EntitiesAreCharactersAndScriptsAreNoText) {
  EXPECT_EQ(Body("<body>caf&eacute;&nbsp;&amp; &#8220;co&shy;op&#8221;"
                 "<script>var x = '<p>no</p>';</script><style>p{}</style>"
                 "<!-- no --><noscript>no</noscript></body>"),
            "caf\xC3\xA9 & \xE2\x80\x9C"
            "coop\xE2\x80\x9D");
}

TEST(HtmlPage, BrokenPagesAreRead) {
  EXPECT_EQ(Body("<p>one<p>two</i></div><b>three"), "one\n\ntwothree");
  EXPECT_EQ(Body("just < text & more <p"), "just < text & more");
  EXPECT_THROW(HtmlPage(""), base::Error);
  for (const char* html :
       {"<", "<!", "<!--", "<a href=", "<?", "</p>", "<x y"}) {
    try {
      HtmlPage page(html);
      page.Paragraphs(Selector::Parse("*"));
      page.Links(Selector::Parse("*"));
    } catch (const base::Error&) {
    }
  }
}

TEST(HtmlPage, NestedMatchesCountOnce) {
  const HtmlPage page("<div>a<div>b<p>c</p></div></div><p>d</p>");
  EXPECT_EQ(page.Paragraphs(Selector::Parse("div, p")), "a\n\nb\n\nc\n\nd");
}

TEST(HtmlPage, RemovedPartsAreGone) {
  HtmlPage page("<article><p>a</p><aside>x<aside>y</aside></aside>b</article>");
  page.Remove(Selector::Parse("aside"));
  EXPECT_EQ(page.Paragraphs(Selector::Parse("article")), "a\n\nb");
  page.Remove(Selector::Parse("html"));
  EXPECT_EQ(page.Paragraphs(Selector::Parse("article")), "");
  EXPECT_EQ(page.Line(Selector::Parse("article")), "");
  EXPECT_TRUE(page.Links(Selector::Parse("a")).empty());
}

TEST(HtmlPage, LinksOfElementsAndOfWhatTheyHold) {
  const HtmlPage page(
      "<ul><li><a href=1>a</a> <a href='2?a=b&amp;c'>b</a></li></ul>"
      "<a name=x>no</a><a href=3 data-u=4>c</a>");
  using Links = std::vector<std::string>;
  EXPECT_EQ(page.Links(Selector::Parse("a")), (Links{"1", "2?a=b&c", "3"}));
  EXPECT_EQ(page.Links(Selector::Parse("li")), (Links{"1", "2?a=b&c"}));
  EXPECT_EQ(page.Links(Selector::Parse("a@data-u")), (Links{"4"}));
}

TEST(HtmlPage, ALineHasNoBreaks) {
  const HtmlPage page("<h1> A <br>title<p>of two</p></h1>");
  EXPECT_EQ(page.Line(Selector::Parse("h1")), "A title");
  const HtmlPage other("<h1> A <br>title</h1>");
  EXPECT_EQ(other.Line(Selector::Parse("h1")), "A title");
}

TEST(HtmlPage, AThousandfoldNestedPageNeitherCrashesNorHangs) {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<div><a href=x>";
  deep += "text";
  const HtmlPage page(deep);
  page.Paragraphs(Selector::Parse("div"));
  page.Paragraphs(Selector::Parse("a"));
  page.Links(Selector::Parse("div"));
  try {  // a rule that is quadratic is given up
    page.Paragraphs(Selector::Parse("div:contains('a') div:contains('b') a"));
  } catch (const base::Error&) {
  }
}

}  // namespace
}  // namespace artspeak::archive
