#include "web/template_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::web {
namespace {

class TemplateFolderTest : public ::testing::Test {
 protected:
  TemplateFolderTest() {
    std::filesystem::create_directory(folder_ / "partials");
  }

  std::filesystem::path Write(const std::string& name,
                              const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    const bool known = std::filesystem::exists(path);
    base::WriteFileAtomically(path, text);
    // A change must have been looked at by now.
    if (known) std::this_thread::sleep_for(TemplateFolder::kTrust);
    return path;
  }

  std::string FaultOf(const std::string& text) {
    try {
      templates_.Render(Write("page.html", text), {});
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }

  testing::TempDir folder_;
  TemplateFolder templates_{folder_ / "partials", Escape::kHtml};
};

TEST_F(TemplateFolderTest, VariablesAreEscaped) {
  const auto page = Write("page.html", "<p title=\"{{x}}\">{{x}}</p>");
  EXPECT_EQ(templates_.Render(page, {{"x", "<b>\"'&"}}),
            "<p title=\"&lt;b&gt;&quot;&apos;&amp;\">"
            "&lt;b&gt;&quot;&apos;&amp;</p>");
}

TEST_F(TemplateFolderTest, ValuesAreNeverReadAsTemplates) {
  const auto page = Write("page.html", "{{x}}");
  EXPECT_EQ(templates_.Render(page, {{"x", "{{y}} {{>z}}"}, {"y", "no"}}),
            "{{y}} {{&gt;z}}");
}

TEST_F(TemplateFolderTest, MailsAreNotEscaped) {
  const TemplateFolder mails(folder_ / "partials", Escape::kNothing);
  const auto mail = Write("mail.txt", "{{x}}");
  EXPECT_EQ(mails.Render(mail, {{"x", "a & b"}}), "a & b");
}

TEST_F(TemplateFolderTest, SectionsFollowTheirValues) {
  const auto page =
      Write("page.html",
            "{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{^no}}o{{/no}}{{#words}}[{{.}}]"
            "{{/words}}{{#rows}}({{a}}{{z}}){{/rows}}{{^empty}}e{{/empty}}");
  EXPECT_EQ(
      templates_.Render(
          page, {{"yes", true},
                 {"no", false},
                 {"words", std::vector<std::string>{"p", "q"}},
                 {"rows", std::vector<Values>{{{"a", "1"}}, {{"a", "2"}}}},
                 {"empty", std::vector<std::string>{}},
                 {"z", "!"}}),
      "yo[p][q](1!)(2!)e");
}

TEST_F(TemplateFolderTest, PartialsOfPartialsAreIncluded) {
  Write("partials/header.html", "H{{>nav}}");
  Write("partials/nav.html", "N{{x}}");
  const auto page = Write("page.html", "{{> header }}|{{>nav}}");
  EXPECT_EQ(templates_.Render(page, {{"x", "1"}}), "HN1|N1");
}

TEST_F(TemplateFolderTest, AChangedFileShowsOnReload) {
  Write("partials/nav.html", "old");
  const auto page = Write("page.html", "a {{>nav}}");
  EXPECT_EQ(templates_.Render(page, {}), "a old");
  Write("partials/nav.html", "new");
  EXPECT_EQ(templates_.Render(page, {}), "a new");
  Write("page.html", "b {{>nav}}");
  EXPECT_EQ(templates_.Render(page, {}), "b new");
}

TEST_F(TemplateFolderTest, AMendedFileWorksAgain) {
  EXPECT_NE(FaultOf("{{#x}}"), "");
  EXPECT_EQ(templates_.Render(Write("page.html", "fine"), {}), "fine");
}

TEST_F(TemplateFolderTest, RawTagsAreRefused) {
  for (const char* tag : {"{{{x}}}", "{{&x}}", "{{ & x }}", "{{ {x} }}",
                          "{{=<% %>=}}<%&x%>", "{{=  =}}", "{{}}"}) {
    EXPECT_NE(FaultOf(std::string("a\nb ") + tag).find("page.html, line 2"),
              std::string::npos)
        << tag << ": " << FaultOf(std::string("a\nb ") + tag);
  }
}

TEST_F(TemplateFolderTest, FaultsNameFileAndLine) {
  EXPECT_NE(FaultOf("a\n\n{{#open}}").find("page.html, line 3"),
            std::string::npos);
  EXPECT_NE(FaultOf("a\n{{/close}}").find("page.html, line 2"),
            std::string::npos);
  EXPECT_NE(FaultOf("{{name").find("page.html, line 1"), std::string::npos);
  EXPECT_NE(FaultOf("\n{{>gone}}").find("gone.html is missing"),
            std::string::npos);
  EXPECT_NE(FaultOf("\n{{>../page}}").find("page.html, line 2"),
            std::string::npos);
  EXPECT_NE(FaultOf("\xff").find("not UTF-8"), std::string::npos);
}

TEST_F(TemplateFolderTest, CircularPartialsAreRefused) {
  Write("partials/a.html", "{{>b}}");
  Write("partials/b.html", "\n{{>a}}");
  EXPECT_NE(FaultOf("{{>a}}").find("includes itself"), std::string::npos);
}

TEST_F(TemplateFolderTest, PartialsThatMultiplyAreRefused) {
  for (int i = 0; i < 30; ++i) {
    const std::string next = "{{>p" + std::to_string(i + 1) + "}}";
    Write("partials/p" + std::to_string(i) + ".html", "x" + next + next);
  }
  Write("partials/p30.html", "x");
  EXPECT_NE(FaultOf("{{>p0}}").find("more than 200 partials"),
            std::string::npos);
}

TEST_F(TemplateFolderTest, AFolderInPlaceOfAFileIsMissing) {
  EXPECT_THROW(templates_.Render(folder_ / "partials", {}), base::Error);
}

TEST_F(TemplateFolderTest, ThreadsShareATemplateThatChanges) {
  const auto page = Write("page.html", "{{x}}");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_EQ(templates_.Render(page, {{"x", "1"}}).substr(0, 1), "1");
      }
    });
  }
  for (int n = 0; n < 20; ++n)
    Write("page.html", "{{x}}" + std::string(n, '.'));
}

}  // namespace
}  // namespace artspeak::web
