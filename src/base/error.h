// The one exception of the program: a sentence for the person who runs it.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace artspeak::base {

// Carries one sentence: what is wrong, where, and what to do. Thrown where the
// fault is found, caught at a boundary that can answer (a command, a request,
// a worker's loop). A bug is an assertion instead.
//
//   throw Error("{} is truncated at byte {}: download it again", path, offset);
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& sentence) : std::runtime_error(sentence) {}

  template <typename First, typename... Rest>
  Error(fmt::format_string<First, Rest...> format, First&& first,
        Rest&&... rest)
      : std::runtime_error(fmt::format(format, std::forward<First>(first),
                                       std::forward<Rest>(rest)...)) {}
};

// What the person asked for cannot be, whatever the files say: a command ends
// with status 2, wrong usage, in place of 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace artspeak::base
