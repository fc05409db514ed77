// What a command tells while it works, on standard output.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace artspeak::app {

// One line, in order with a bar on standard error. Work does not end because
// nobody reads of it: a line that cannot be written is left out.
template <typename... Args>
void Say(fmt::format_string<Args...> format, Args&&... args) {
  const std::string line =
      fmt::format(format, std::forward<Args>(args)...) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

// A whole text, line by line, without what a terminal would obey.
void SayLines(std::string_view text);

}  // namespace artspeak::app
