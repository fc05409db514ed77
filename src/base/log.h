// The program's log: one line an event, on standard error. Thread-safe. What
// came from outside may stand in it: see OneLine.
#pragma once

#include <fmt/core.h>

#include <string_view>
#include <utility>

namespace artspeak::base {

enum class LogLevel { kInfo, kWarning, kError };

void WriteLog(LogLevel level, std::string_view line);

template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void LogWarning(fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kWarning,
           fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace artspeak::base
