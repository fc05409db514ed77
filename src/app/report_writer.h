// Keeps a run's report.html as new as the run while it trains.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "app/live_report.h"
#include "base/clock.h"
#include "train/run_record.h"

namespace artspeak::app {

// A report that cannot be written never ends a training: that is said once.
// Not thread-safe.
class ReportWriter {
 public:
  // live: also shows it there, if not null; it outlives this.
  ReportWriter(std::filesystem::path run, LiveReport* live,
               std::function<void(const std::string&)> notice);

  // Draws it again, unless it was so lately that drawing would take a notable
  // part of the time.
  void Redraw();
  // Draws it in any case.
  void RedrawNow();

 private:
  std::filesystem::path run_;
  LiveReport* live_;
  std::function<void(const std::string&)> notice_;
  train::RunRecordReader reader_;
  base::Stopwatch watch_;
  double due_ = 0;  // seconds on watch_
  bool warned_ = false;
};

// Writes the report of one run, or of several side by side, and returns the
// page. Throws Error.
std::string WriteReport(std::span<const train::RunRecord> runs,
                        const std::filesystem::path& file);

}  // namespace artspeak::app
