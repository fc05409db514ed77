#include "app/report_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/file.h"
#include "net/http_date.h"
#include "train/report.h"

namespace artspeak::app {

namespace {

// Between two drawings: this long, and this many times what one takes.
constexpr double kLeastSeconds = 1;
constexpr double kTimesItsCost = 30;

}  // namespace

ReportWriter::ReportWriter(std::filesystem::path run, LiveReport* live,
                           std::function<void(const std::string&)> notice)
    : run_(std::move(run)),
      live_(live),
      notice_(std::move(notice)),
      reader_(run_, run_.filename().string()) {}

void ReportWriter::Redraw() {
  if (watch_.seconds() >= due_) RedrawNow();
}

void ReportWriter::RedrawNow() {
  const double begin = watch_.seconds();
  try {
    const train::RunRecord& record = reader_.Read();
    std::string page = WriteReport({&record, 1}, run_ / "report.html");
    if (live_ != nullptr) live_->Show(std::move(page));
  } catch (const std::exception& fault) {
    if (!std::exchange(warned_, true)) {
      notice_(
          fmt::format("the report is not up to date, the training goes on: "
                      "{}",
                      fault.what()));
    }
  }
  const double end = watch_.seconds();
  due_ = end + std::max(kLeastSeconds, kTimesItsCost * (end - begin));
}

std::string WriteReport(std::span<const train::RunRecord> runs,
                        const std::filesystem::path& file) {
  std::string page = train::RenderReport(
      runs, net::FormatHttpDate(std::chrono::system_clock::now()));
  base::WriteFileAtomically(file, page);
  return page;
}

}  // namespace artspeak::app
