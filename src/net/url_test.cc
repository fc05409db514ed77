#include "net/url.h"

#include <gtest/gtest.h>

namespace artspeak::net {
namespace {

TEST(Url, IsNormalised) {
  const auto url = ParseUrl(" HTTP://Example.ORG:80/a/../b c?x=1#part ");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text(), "http://example.org/b%20c?x=1");
  EXPECT_EQ(url->authority(), "example.org");
  EXPECT_EQ(ParseUrl("https://h:8443")->text(), "https://h:8443/");
  EXPECT_EQ(ParseUrl("http://me:secret@h/")->text(), "http://h/");
}

TEST(Url, OnlyTheWebIsRead) {
  for (const char* text :
       {"", "example.org", "/a", "ftp://h/", "file:///etc/passwd", "mailto:a@b",
        "javascript:alert(1)", "http://", "http://h:99999/"}) {
    EXPECT_FALSE(ParseUrl(text)) << text;
  }
  EXPECT_FALSE(ParseUrl("http://h/" + std::string(9000, 'a')));
  EXPECT_FALSE(ParseUrl(std::string("http://h/\0", 10)));
}

TEST(Url, ResolvesAsRfc3986Says) {
  // RFC 3986, 5.4, as far as it is about the web.
  const Url base = *ParseUrl("http://a/b/c/d;p?q");
  const std::pair<const char*, const char*> cases[] = {
      {"g", "http://a/b/c/g"},       {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},     {"/g", "http://a/g"},
      {"//g", "http://g/"},          {"g?y", "http://a/b/c/g?y"},
      {"?y", "http://a/b/c/d;p?y"},  {"g#s", "http://a/b/c/g"},
      {"", "http://a/b/c/d;p?q"},    {"#s", "http://a/b/c/d;p?q"},
      {"..", "http://a/b/"},         {"../g", "http://a/b/g"},
      {"../../g", "http://a/g"},     {"../../../g", "http://a/g"},
      {"/../g", "http://a/g"},       {"g;x=1/../y", "http://a/b/c/y"},
      {" g\n", "http://a/b/c/g"},    {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"HTTPS://x/", "https://x/"},  {"a:b", nullptr},
      {"mailto:a@b.c", nullptr},     {"javascript:go()", nullptr},
      {"data:text/html,x", nullptr},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = ResolveUrl(base, reference);
    if (expected == nullptr) {
      EXPECT_FALSE(url) << reference;
    } else {
      ASSERT_TRUE(url) << reference;
      EXPECT_EQ(url->text(), expected) << reference;
    }
  }
}

TEST(Url, KnowsLoopback) {
  for (const char* text : {"http://localhost:80/", "http://127.0.0.1:8080/",
                           "http://127.9.9.9/", "http://[::1]:8080/"}) {
    EXPECT_TRUE(IsLoopback(*ParseUrl(text))) << text;
  }
  for (const char* text : {"http://example.org/", "http://127.0.0.1.evil.org/",
                           "http://localhost.evil.org/", "http://10.0.0.1/"}) {
    EXPECT_FALSE(IsLoopback(*ParseUrl(text))) << text;
  }
}

}  // namespace
}  // namespace artspeak::net
