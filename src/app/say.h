// What a command tells while it works, on standard output.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace artspeak::app {

// One line, in order with a bar on standard error.
template <typename... Args>
void Say(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print(format, std::forward<Args>(args)...);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

// A whole text, line by line, without what a terminal would obey.
void SayLines(std::string_view text);

// 1,234,567
std::string WithCommas(int64_t number);

}  // namespace artspeak::app
