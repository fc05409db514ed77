#include "base/progress.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/utf8.h"

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

// What is drawn last on a terminal of so many columns, 300 of 1000 steps done.
std::string OnTerminal(unsigned short columns) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(terminal);
  unlockpt(terminal);
  winsize size{};
  size.ws_col = columns;
  ioctl(terminal, TIOCSWINSZ, &size);
  std::FILE* out = std::fopen(ptsname(terminal), "w");
  std::string text;
  {
    ProgressBar bar({.label = "train", .unit = "steps", .out = out});
    bar.Update({.done = 300, .total = 1000, .note = "loss 3.2 · 99 tokens/s"});
    char bytes[1000];
    text.assign(bytes, static_cast<size_t>(
                           std::max<ssize_t>(0, read(terminal, bytes, 1000))));
  }
  std::fclose(out);
  close(terminal);
  return text.substr(text.rfind("\033[K") + 3);
}

TEST(ProgressBar, OnANarrowTerminalTheBarShrinksBeforeTheFigures) {
  const std::string figures = "300/1000 steps · loss 3.2 · 99 tokens/s";
  const std::string wide = OnTerminal(200), narrow = OnTerminal(70);
  EXPECT_NE(wide.find("30% " + figures), std::string::npos) << wide;
  EXPECT_NE(narrow.find("30% " + figures), std::string::npos) << narrow;
  EXPECT_EQ(CountCodePoints(narrow), 69u) << narrow;
  EXPECT_EQ(OnTerminal(52), "train  30% " + figures);
  EXPECT_EQ(OnTerminal(45), "train 300/1000 · loss 3.2 · 99 tokens/s");
  EXPECT_EQ(OnTerminal(12), "train 300/1");
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
