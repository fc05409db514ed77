#include "archive/recipe.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace artspeak::archive {
namespace {

std::string FaultOf(std::string_view toml) {
  try {
    ParseRecipe(toml, "r.toml");
  } catch (const base::Error& error) {
    return error.what();
  }
  return "";
}

TEST(Recipe, ReadsEveryKey) {
  const Recipe recipe = ParseRecipe(R"toml(
    start = ["http://a.org/70s", "https://b.org:8443/"]
    allowed_hosts = ["A.org", "b.org:8443", "c.org"]
    delay = [1, 2.5]
    user_agent = "artspeak (+https://me.org)"
    proxies = "http://127.0.0.1:3128"
    [headers]
    Accept-Language = "en"
    [links]
    pages = "li a"
    next = "a.next"
    [page]
    body = "p"
    title = "h2"
    date = "time@datetime"
    remove = ".ad"
  )toml",
                                    "r.toml");
  EXPECT_EQ(recipe.start.size(), 2u);
  EXPECT_TRUE(recipe.Allows(*net::ParseUrl("https://a.org/x")));
  EXPECT_TRUE(recipe.Allows(*net::ParseUrl("http://c.org/x")));
  EXPECT_FALSE(recipe.Allows(*net::ParseUrl("https://b.org/x")));
  EXPECT_FALSE(recipe.Allows(*net::ParseUrl("https://a.org.evil.com/")));
  EXPECT_EQ(recipe.delay->most, 2.5);
  EXPECT_EQ(recipe.headers[0].name, "Accept-Language");
  EXPECT_EQ(recipe.remove->css(), ".ad");
}

TEST(Recipe, TheStartPagesHostIsAllowedByDefault) {
  const Recipe recipe = ParseRecipe("start = 'http://a.org:80/'", "r.toml");
  EXPECT_TRUE(recipe.Allows(*net::ParseUrl("https://a.org/b")));
  EXPECT_FALSE(recipe.Allows(*net::ParseUrl("https://www.a.org/b")));
}

TEST(Recipe, AFaultNamesItsKey) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "\"start\""},
      {"start = 3", "\"start\""},
      {"start = []", "\"start\""},
      {"start = 'a.org'", "\"a.org\""},
      {"start = 'ftp://a.org'", "\"start\""},
      {"start = 'http://a/'\nstrat = 1", "\"strat\" is unknown"},
      {"start = 'http://a/'\ndelay = 'long'", "\"delay\""},
      {"start = 'http://a/'\ndelay = [2, 1]", "\"delay\""},
      {"start = 'http://a/'\ndelay = -1", "\"delay\""},
      {"start = 'http://a/'\ndelay = nan", "\"delay\""},
      {"start = 'http://a/'\nlinks = 'li'", "\"links\""},
      {"start = 'http://a/'\n[links]\nnext = 'a'", "\"links.pages\""},
      {"start = 'http://a/'\n[links]\npages = '>'", "\"links.pages\""},
      {"start = 'http://a/'\n[page]\nbdoy = 'p'", "\"page.bdoy\""},
      {"start = 'http://a/'\n[headers]\nX = 1", "\"headers.X\""},
      {"start = 'http://a/'\nuser_agent = \"a\\nb\"", "\"user_agent\""},
      {"start = 'http://a/'\nallowed_hosts = 'a/b'", "\"allowed_hosts\""},
      {"start = \n", "line 1"},
  };
  for (const auto& [toml, expected] : cases) {
    const std::string fault = FaultOf(toml);
    EXPECT_EQ(fault.find("r.toml"), 0u) << toml << "\n" << fault;
    EXPECT_NE(fault.find(expected), std::string::npos) << toml << "\n" << fault;
  }
}

}  // namespace
}  // namespace artspeak::archive
