// `artspeak model` for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "app/commands.h"

namespace artspeak::app {

// Runs "artspeak model WORDS..."; returns what it printed.
inline std::string RunModelCommand(std::vector<std::string> words) {
  CLI::App app;
  AddModelCommand(app);
  words.insert(words.begin(), "model");
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  ::testing::internal::CaptureStdout();
  try {
    app.parse(words);
  } catch (...) {
    ::testing::internal::GetCapturedStdout();
    throw;
  }
  return ::testing::internal::GetCapturedStdout();
}

}  // namespace artspeak::app
