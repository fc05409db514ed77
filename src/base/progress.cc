#include "base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/utf8.h"

namespace artspeak::base {

namespace {

constexpr int kBarCells = 24;    // at most
constexpr int kFewestCells = 8;  // fewer say nothing
constexpr double kPlainLineSeconds = 5;

size_t TerminalColumns(std::FILE* out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

std::string FormatDuration(double seconds) {
  const int64_t whole = static_cast<int64_t>(seconds + 0.5);
  if (whole >= 3600) {
    return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
  }
  if (whole >= 60) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

ProgressBar::ProgressBar(Options options)
    : options_(std::move(options)),
      terminal_(isatty(fileno(options_.out)) != 0) {
  if (!terminal_) interval_ = kPlainLineSeconds;
}

ProgressBar::~ProgressBar() {
  if (first_done_ < 0) return;
  if (!drawn_) Draw();
  if (line_open_) std::fputc('\n', options_.out);
}

void ProgressBar::Update(const Progress& progress) {
  if (first_done_ < 0) first_done_ = progress.done;
  last_ = progress;
  drawn_ = false;
  if (watch_.seconds() - drawn_at_ >= interval_) Draw();
}

void ProgressBar::Print(const std::string& line) {
  if (line_open_) std::fputs("\r\033[K", options_.out);
  line_open_ = false;
  std::fputs((line + "\n").c_str(), options_.out);
  if (terminal_ && first_done_ >= 0) Draw();
}

ProgressCallback ProgressBar::callback() {
  return [this](const Progress& progress) { Update(progress); };
}

std::string ProgressBar::Line(int cells, bool brief) const {
  const double elapsed = watch_.seconds();
  const int64_t here = last_.done - first_done_;
  const double rate = elapsed > 0 ? static_cast<double>(here) / elapsed : 0;

  const bool bytes = options_.unit == "bytes";
  const std::string unit = bytes ? "MB" : options_.unit;
  const auto count = [bytes](int64_t number) {
    return bytes ? fmt::format("{:.1f}", static_cast<double>(number) / 1e6)
                 : fmt::format("{}", number);
  };
  std::string line = options_.label + " ";
  if (last_.total > 0) {
    const double part =
        std::clamp(static_cast<double>(last_.done) / last_.total, 0.0, 1.0);
    const int full = static_cast<int>(part * cells);
    for (int i = 0; i < cells; ++i) line += i < full ? "█" : "░";
    if (cells > 0) line += ' ';
    if (!brief) line += fmt::format("{:3.0f}% ", part * 100);
    line += fmt::format("{}/{}", count(last_.done), count(last_.total));
    if (!brief) line += " " + unit;
  } else {
    line += fmt::format("{} {}", count(last_.done), unit);
  }
  if (rate > 0 && !brief) {
    line += bytes        ? fmt::format(" · {:.3g} MB/s", rate / 1e6)
            : rate < 100 ? fmt::format(" · {:.3g}/s", rate)
                         : fmt::format(" · {:.0f}/s", rate);
  }
  if (rate > 0 && last_.total > last_.done) {
    line += fmt::format(" · {} left",
                        FormatDuration((last_.total - last_.done) / rate));
  }
  if (!last_.note.empty()) line += " · " + last_.note;
  return line;
}

void ProgressBar::Draw() {
  drawn_at_ = watch_.seconds();
  drawn_ = true;
  if (!terminal_) {
    std::fputs((Line(0, false) + "\n").c_str(), options_.out);
  } else {
    // What is counted is worth more than how it looks.
    const int room = static_cast<int>(TerminalColumns(options_.out)) - 1;
    const auto columns = [](const std::string& line) {
      return static_cast<int>(CountCodePoints(line));
    };
    std::string line = Line(kBarCells, false);
    if (const int excess = columns(line) - room; excess > 0) {
      line = kBarCells - excess >= kFewestCells
                 ? Line(kBarCells - excess, false)
                 : Line(0, false);
    }
    if (columns(line) > room) line = Line(0, true);
    while (columns(line) > room) line = Utf8Prefix(line, line.size() - 1);
    std::fputs(("\r\033[K" + line).c_str(), options_.out);
    line_open_ = true;
  }
  std::fflush(options_.out);
}

}  // namespace artspeak::base
