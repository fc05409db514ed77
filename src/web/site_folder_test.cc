// What must hold for every template in site/ and in the themes that change it,
// whoever edits them.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::web {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> FilesOf(const std::string& extension) {
  std::vector<fs::path> files;
  for (const char* folder : {"site", "examples/themes"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(testing::SourceDir() / folder)) {
      if (entry.path().extension() == extension) files.push_back(entry.path());
    }
  }
  return files;
}

TEST(SiteFolder, NothingIsPutInRaw) {
  size_t checked = 0;
  for (const char* extension : {".html", ".txt"}) {
    for (const fs::path& file : FilesOf(extension)) {
      const std::string text = base::ReadFile(file);
      EXPECT_EQ(text.find("{{{"), std::string::npos) << file;
      EXPECT_EQ(text.find("{{&"), std::string::npos) << file;
      ++checked;
    }
  }
  EXPECT_GE(checked, 12u);
}

// A variable within <…> must stand between quotes.
TEST(SiteFolder, VariablesStandInTextOrQuotes) {
  for (const fs::path& file : FilesOf(".html")) {
    const std::string text = base::ReadFile(file);
    bool in_tag = false;
    bool in_quotes = false;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text.compare(i, 2, "{{") == 0) {
        const char kind = text[i + 2];
        const bool variable = kind != '#' && kind != '^' && kind != '/' &&
                              kind != '!' && kind != '>';
        EXPECT_FALSE(variable && in_tag && !in_quotes)
            << file << " at " << text.substr(i, 30);
        i = text.find("}}", i) + 1;
      } else if (text[i] == '<' && !in_quotes) {
        in_tag = true;
      } else if (text[i] == '>' && !in_quotes) {
        in_tag = false;
      } else if (text[i] == '"' && in_tag) {
        in_quotes = !in_quotes;
      }
    }
    EXPECT_FALSE(in_tag || in_quotes) << file;
  }
}

// The Content-Security-Policy would drop these, and the page look broken.
TEST(SiteFolder, NoScriptOrStyleStandsInAPage) {
  for (const fs::path& file : FilesOf(".html")) {
    const std::string text = base::ReadFile(file);
    for (const char* forbidden : {"<style", " style=", " onclick=", " onload=",
                                  "javascript:", "http://", "https://"}) {
      EXPECT_EQ(text.find(forbidden), std::string::npos)
          << file << ": " << forbidden;
    }
    for (size_t at = text.find("<script"); at != std::string::npos;
         at = text.find("<script", at + 1)) {
      EXPECT_EQ(text.compare(at, 13, "<script src=\""), 0) << file;
    }
  }
}

TEST(SiteFolder, ItIsLight) {
  uintmax_t bytes = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(testing::SourceDir() / "site/assets")) {
    bytes += entry.file_size();
  }
  EXPECT_LT(bytes, 60'000u);
}

}  // namespace
}  // namespace artspeak::web
