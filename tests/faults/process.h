// A run of the program under test.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace artspeak::faults {

// `artspeak ARGUMENTS` in a folder; ended with SIGKILL if it still runs when
// this goes. Not thread-safe.
class Process {
 public:
  // Where its output goes: a pipe, and its errors to a file; or both to a pipe;
  // or both to a terminal of its own.
  enum Output { kPipe, kOnePipe, kTerminal };

  // environment: NAME=VALUE, before the variables that the test has.
  Process(const std::filesystem::path& directory,
          const std::vector<std::string>& arguments, Output output = kPipe,
          const std::vector<std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Reads its standard output up to and including `text`. False when it ended
  // without.
  bool WaitForOutput(std::string_view text);
  // False when it still runs after that time.
  bool WaitFor(std::chrono::microseconds time);
  void Signal(int signal);
  // Nobody reads its output any more; its terminal hangs up.
  void CloseOutput();

  // Waits for the end. The exit status, or 128 + the signal that ended it.
  int Wait();
  // All it printed; after Wait.
  std::string output();
  std::string errors();

 private:
  std::filesystem::path errors_path_;
  int output_ = -1;  // the reading end of its standard output
  int pid_ = -1;
  int pid_descriptor_ = -1;
  int status_ = -1;
  std::string printed_;
};

}  // namespace artspeak::faults
