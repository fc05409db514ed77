// Long work tells how far it is; who watches decides how to show it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

#include "base/clock.h"

namespace artspeak::base {

// done of total units (total 0: not known); note is a short text such as
// "loss 3.21".
struct Progress {
  int64_t done = 0;
  int64_t total = 0;
  std::string note;
};

using ProgressCallback = std::function<void(const Progress&)>;

// Draws progress: a bar with rate and time left on a terminal, redrawn in
// place and shortened to its width; elsewhere a plain line, at first every few seconds. Not thread-safe.
class ProgressBar {
 public:
  struct Options {
    std::string label;  // "crawl"
    // "pages"; the rate is in units per second. "bytes" are shown as MB.
    std::string unit;
    std::FILE* out = stderr;
  };

  explicit ProgressBar(Options options);
  ~ProgressBar();  // ends the line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Update(const Progress& progress);
  // Prints a line above the bar.
  void Print(const std::string& line);
  // A callback that updates this bar, which must outlive it.
  ProgressCallback callback();

 private:
  // With a bar of so many cells; brief: without rate, part and unit.
  std::string Line(int cells, bool brief) const;
  void Draw();

  Options options_;
  bool terminal_;
  Stopwatch watch_;
  Progress last_;
  int64_t first_done_ = -1;  // where this run started: a resumed one not at 0
  double drawn_at_ = -1e9;   // seconds on watch_
  double interval_ = 0.1;    // seconds between two drawings
  bool drawn_ = false;       // last_ is what was drawn last
  bool line_open_ = false;
};

// "1 h 02 min", "3 min 20 s", "12 s".
std::string FormatDuration(double seconds);

}  // namespace artspeak::base
