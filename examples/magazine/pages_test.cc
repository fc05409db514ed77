#include "examples/magazine/pages.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "tests/support/testing.h"

namespace artspeak::magazine {
namespace {

Pages SmallMagazine() {
  return Pages(
      WriteReviews(artspeak::testing::SourceDir() / "examples" / "magazine",
                   {.per_decade = 130}));
}

std::set<std::string> Links(const std::string& html) {
  static const std::regex link(
      "<a [^>]*href=\"([^\"]*)\"|<a href=\"([^\"]*)\"");
  std::set<std::string> links;
  for (std::sregex_iterator it(html.begin(), html.end(), link), end; it != end;
       ++it) {
    links.insert((*it)[1].matched ? (*it)[1] : (*it)[2]);
  }
  return links;
}

TEST(Pages, EveryReviewIsReachedFromTheFrontPage) {
  const Pages pages = SmallMagazine();
  std::set<std::string> seen = {"/"}, left = {"/"};
  size_t articles = 0;
  while (!left.empty()) {
    const std::string path = *left.begin();
    left.erase(left.begin());
    if (path == "/subscribers/") continue;  // as robots.txt asks
    const auto page = pages.Find(path);
    ASSERT_TRUE(page) << path;
    if (page->body.find("<article>") != std::string::npos) ++articles;
    for (const std::string& link : Links(page->body)) {
      if (seen.insert(link).second) left.insert(link);
    }
  }
  EXPECT_EQ(articles, pages.reviews());
  EXPECT_TRUE(seen.contains("/1960s/page-3.html"));
  EXPECT_FALSE(pages.Find("/1960s/page-4.html"));
  EXPECT_FALSE(pages.Find("/nothing"));
}

TEST(Pages, TextIsEscapedAndEmphasised) {
  Review review;
  review.title = "Salt & *Pepper*";
  review.critic = "A. <B>";
  review.date = std::chrono::year(1961) / 3 / 4;
  review.paragraphs = {"One *is* \"two\"."};
  const auto page = Pages({review}).Find("/1960s/0001-salt-pepper.html");
  ASSERT_TRUE(page);
  EXPECT_NE(page->body.find("<h1>Salt &amp; <em>Pepper</em></h1>"),
            std::string::npos);
  EXPECT_NE(page->body.find("A. &lt;B&gt;"), std::string::npos);
  EXPECT_NE(page->body.find("<p>One <em>is</em> &quot;two&quot;.</p>"),
            std::string::npos);
  EXPECT_NE(page->body.find("<time datetime=\"1961-03-04\">4 March 1961"),
            std::string::npos);
}

}  // namespace
}  // namespace artspeak::magazine
