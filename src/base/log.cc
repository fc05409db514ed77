#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "base/utf8.h"

namespace artspeak::base {

namespace {

// spdlog keeps a registry of its own; the logger is made at the first line.
std::shared_ptr<spdlog::logger> Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = spdlog::stderr_color_mt("artspeak");
    made->set_pattern("%Y-%m-%d %H:%M:%S %^%l%$ %v");
    return made;
  }();
  return logger;
}

}  // namespace

void WriteLog(LogLevel level, std::string_view line) {
  const auto spdlog_level = level == LogLevel::kInfo      ? spdlog::level::info
                            : level == LogLevel::kWarning ? spdlog::level::warn
                                                          : spdlog::level::err;
  Logger()->log(spdlog_level, "{}", OneLine(line));
}

}  // namespace artspeak::base
