#include "tests/faults/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include "base/file.h"

extern char** environ;

namespace artspeak::faults {

namespace {

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A new terminal: the end that this process holds.
int OpenTerminal() {
  const int end = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (end < 0 || grantpt(end) != 0 || unlockpt(end) != 0) {
    throw std::runtime_error("terminal");
  }
  return end;
}

}  // namespace

Process::Process(const std::filesystem::path& directory,
                 const std::vector<std::string>& arguments, Output output,
                 const std::vector<std::string>& environment)
    : errors_path_(directory / "stderr.txt") {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  int pipe_ends[2] = {-1, -1};
  if (output == kTerminal) {
    output_ = OpenTerminal();
    // The first terminal that the leader of a session opens is the session's.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, ptsname(output_),
                                     O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  } else {
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    output_ = pipe_ends[0];
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    if (output == kOnePipe) {
      posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "stderr.txt",
                                       O_WRONLY | O_CREAT | O_TRUNC, 0644);
    }
  }

  std::vector<std::string> words = {ARTSPEAK_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment;
  for (char** at = environ; *at != nullptr; ++at) variables.push_back(*at);
  const int fault =
      posix_spawn(&pid_, ARTSPEAK_PROGRAM, &actions, &attributes,
                  Pointers(words).data(), Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (pipe_ends[1] >= 0) close(pipe_ends[1]);
  if (fault != 0) throw std::runtime_error("cannot start artspeak");
  pid_descriptor_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

Process::~Process() {
  if (status_ < 0) {
    Signal(SIGKILL);
    Wait();
  }
  CloseOutput();
  close(pid_descriptor_);
}

bool Process::WaitForOutput(std::string_view text) {
  while (printed_.find(text) == std::string::npos) {
    char chunk[4096];
    const ssize_t got = read(output_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    printed_.append(chunk, static_cast<size_t>(got));
  }
  return true;
}

bool Process::WaitFor(std::chrono::microseconds time) {
  pollfd end = {pid_descriptor_, POLLIN, 0};
  const timespec wait = {
      .tv_sec = static_cast<time_t>(time.count() / 1'000'000),
      .tv_nsec = static_cast<long>(time.count() % 1'000'000 * 1000)};
  return ppoll(&end, 1, &wait, nullptr) == 1;
}

void Process::Signal(int signal) { kill(pid_, signal); }

void Process::CloseOutput() {
  if (output_ >= 0) close(output_);
  output_ = -1;
}

int Process::Wait() {
  if (status_ >= 0) return status_;
  WaitForOutput(std::string_view("\0", 1));  // all of it, so that it can end
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

std::string Process::output() {
  Wait();
  return printed_;
}

std::string Process::errors() {
  Wait();
  return base::ReadFile(errors_path_);
}

}  // namespace artspeak::faults
