#include "archive/selector.h"

#include <gtest/gtest.h>

#include "archive/html_page.h"
#include "base/error.h"

namespace artspeak::archive {
namespace {

// The matches' texts, one a paragraph.
std::string Found(std::string_view css) {
  const HtmlPage page(R"(<html><body>
    <h1 id=top>Title</h1>
    <article class="review big"><p>one</p><p class="ad note">two</p>
      <div><p lang=en-GB>three</p></div></article>
    <ul><li><a href="/1" rel="next nofollow">Next "page"</a></li>
        <li><a href="/2.pdf">It's old</a></li><li>last</li></ul>
    <time datetime="1974-03-02">March</time>
    <p class="md:wide">four</p></body></html>)");
  std::string text = page.Paragraphs(Selector::Parse(css));
  for (size_t at; (at = text.find("\n\n")) != std::string::npos;) {
    text.replace(at, 2, "|");
  }
  return text;
}

TEST(Selector, FindsWhatCssFinds) {
  EXPECT_EQ(Found("h1"), "Title");
  EXPECT_EQ(Found("H1"), "Title");
  EXPECT_EQ(Found("#top"), "Title");
  EXPECT_EQ(Found("p"), "one|two|three|four");
  EXPECT_EQ(Found(".review p"), "one|two|three");
  EXPECT_EQ(Found("article.review.big > p"), "one|two");
  EXPECT_EQ(Found("article > p.note"), "two");
  EXPECT_EQ(Found(".rev"), "");
  EXPECT_EQ(Found("h1, time"), "Title|March");
  EXPECT_EQ(Found("[lang]"), "three");
  EXPECT_EQ(Found("p[lang=en-GB]"), "three");
  EXPECT_EQ(Found("p[lang^=en]"), "three");
  EXPECT_EQ(Found("a[href$='.pdf']"), "It's old");
  EXPECT_EQ(Found("a[href*=\"pdf\"]"), "It's old");
  EXPECT_EQ(Found("a[rel~=next]"), "Next \"page\"");
  EXPECT_EQ(Found("a[rel=next]"), "");
  EXPECT_EQ(Found("a:contains('Next')"), "Next \"page\"");
  EXPECT_EQ(Found("a:contains(\"It's\")"), "It's old");
  EXPECT_EQ(Found("li:first-child"), "Next \"page\"");
  EXPECT_EQ(Found("li:last-child"), "last");
  EXPECT_EQ(Found("li:nth-child(2)"), "It's old");
  EXPECT_EQ(Found("article p:not(.ad)"), "one|three");
  EXPECT_EQ(Found("p:first-of-type"), "one|three|four");
  EXPECT_EQ(Found("p + p"), "two");
  EXPECT_EQ(Found("h1 ~ p"), "four");
  EXPECT_EQ(Found("h1 + ul"), "");
  EXPECT_EQ(Found("time@datetime"), "1974-03-02");
  EXPECT_EQ(Found(".md\\:wide"), "four");
  EXPECT_EQ(Found("ul > *:last-child"), "last");
}

TEST(Selector, NonsenseIsQuoted) {
  for (const char* css :
       {"",
        " ",
        "p >",
        "> p",
        "p,",
        ",p",
        "p..a",
        "p[",
        "p[a",
        "p[a=",
        "p[a!=b]",
        "p[a='b]",
        ":foo",
        "p:nth-child(x)",
        "p:nth-child(",
        "p:not(",
        "p:not()",
        "p:contains(a b)",
        "p@",
        "p@a b",
        "p)",
        "//p",
        "p{}",
        "#",
        ".",
        "9",
        "p:not(:not(:not(:not(:not(:not(:not(:not(:not(:not(a))))))))))"}) {
    try {
      Selector::Parse(css);
      ADD_FAILURE() << css;
    } catch (const base::Error& error) {
      EXPECT_NE(std::string(error.what()).find(css), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace artspeak::archive
