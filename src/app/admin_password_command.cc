// artspeak admin password: the hash of a new password for the owner's pages.
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <iostream>
#include <string>

#include "app/commands.h"
#include "app/say.h"
#include "base/error.h"
#include "base/utf8.h"
#include "web/password_hash.h"

namespace artspeak::app {

namespace {

constexpr size_t kMinCharacters = 12;

// While it lives the terminal shows nothing of what is typed.
class HiddenTyping {
 public:
  HiddenTyping() : shown_() {
    hidden_ = tcgetattr(STDIN_FILENO, &shown_) == 0;
    if (!hidden_) return;
    termios silent = shown_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~HiddenTyping() {
    if (hidden_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_);
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

 private:
  termios shown_;
  bool hidden_ = false;
};

std::string ReadLine(const char* question) {
  if (isatty(STDIN_FILENO)) std::cerr << question << std::flush;
  std::string line;
  {
    const HiddenTyping hidden;
    std::getline(std::cin, line);
  }
  if (isatty(STDIN_FILENO)) std::cerr << '\n';
  return line;
}

void MakeHash() {
  const std::string password = ReadLine("Password: ");
  if (base::CountCodePoints(password) < kMinCharacters) {
    throw base::Error(
        "the password is shorter than {} characters: four words "
        "that do not belong together are easy to keep",
        kMinCharacters);
  }
  if (isatty(STDIN_FILENO) && ReadLine("Again: ") != password) {
    throw base::Error("the two were not the same: try again");
  }
  Say("{}", web::HashPassword(password));
}

}  // namespace

void AddPasswordCommand(CLI::App& admin) {
  CLI::App* command = admin.add_subcommand(
      "password", "ask for a password and print its hash for [admin] password");
  command->footer(
      "Example:\n  artspeak admin password\n\nReads the password from the "
      "terminal, or one line from standard input.");
  command->callback(MakeHash);
}

}  // namespace artspeak::app
