#include "tests/faults/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "base/file.h"

extern char** environ;

namespace artspeak::faults {

Process::Process(const std::filesystem::path& directory,
                 const std::vector<std::string>& arguments)
    : errors_path_(directory / "stderr.txt") {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  output_ = pipe_ends[0];

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "stderr.txt",
                                   O_WRONLY | O_CREAT | O_TRUNC, 0644);
  std::vector<char*> argv;
  std::string program = ARTSPEAK_PROGRAM;
  argv.push_back(program.data());
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int fault = posix_spawn(&pid_, program.c_str(), &actions, nullptr,
                                argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  if (fault != 0) throw std::runtime_error("cannot start " + program);
  pid_descriptor_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

Process::~Process() {
  if (status_ < 0) {
    Signal(SIGKILL);
    Wait();
  }
  close(output_);
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

bool Process::WaitFor(std::chrono::milliseconds time) {
  pollfd end = {pid_descriptor_, POLLIN, 0};
  return poll(&end, 1, static_cast<int>(time.count())) == 1;
}

void Process::Signal(int signal) { kill(pid_, signal); }

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
