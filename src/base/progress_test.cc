#include "base/progress.h"

#include <gtest/gtest.h>

#include <string>

namespace artspeak::base {
namespace {

// What a bar writes to a file, which is no terminal.
std::string Written(const std::function<void(ProgressBar&)>& use,
                    const std::string& unit = "pages") {
  std::FILE* file = std::tmpfile();
  {
    ProgressBar bar({.label = "crawl", .unit = unit, .out = file});
    use(bar);
  }
  std::rewind(file);
  std::string text(10'000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST(ProgressBar, WritesPlainLinesWhereThereIsNoTerminal) {
  const std::string text = Written([](ProgressBar& bar) {
    bar.Update({.done = 1, .total = 4, .note = ""});
    bar.Update({.done = 4, .total = 4, .note = "2 failed"});
  });
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_NE(text.find("crawl  25% 1/4 pages"), std::string::npos) << text;
  EXPECT_NE(text.find("crawl 100% 4/4 pages"), std::string::npos) << text;
  EXPECT_NE(text.find("2 failed"), std::string::npos) << text;
}

TEST(ProgressBar, DoesNotRepeatItsLastLine) {
  const std::string text = Written([](ProgressBar& bar) {
    bar.Update({.done = 4, .total = 4, .note = ""});
  });
  EXPECT_EQ(text, "crawl 100% 4/4 pages\n");
}

TEST(ProgressBar, ShowsBytesInMegabytes) {
  const std::string text = Written(
      [](ProgressBar& bar) {
        bar.Update({.done = 1'000'000, .total = 548'105'171, .note = ""});
      },
      "bytes");
  EXPECT_EQ(text, "crawl   0% 1.0/548.1 MB\n");
}

TEST(ProgressBar, WritesNothingWhenNothingWasDone) {
  EXPECT_EQ(Written([](ProgressBar&) {}), "");
}

TEST(FormatDuration, ChoosesItsUnits) {
  EXPECT_EQ(FormatDuration(12.4), "12 s");
  EXPECT_EQ(FormatDuration(200), "3 min 20 s");
  EXPECT_EQ(FormatDuration(3720), "1 h 02 min");
}

}  // namespace
}  // namespace artspeak::base
