#include "bench/yield/training.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"

namespace artspeak::bench {

namespace fs = std::filesystem;

namespace {

// Enough for windows of 1024 tokens, whatever the tokenizer.
void WriteDataset(const fs::path& path) {
  constexpr const char* kWords[] = {"a painting ", "of the sea ", "hangs ",
                                    "in a quiet room ", "and nobody looks. "};
  base::RandomStream random(3);
  std::string text;
  while (text.size() < 200'000) text += kWords[random.Below(5)];
  base::WriteFileAtomically(path, text);
}

pid_t Start(const fs::path& directory, std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t process = fork();
  if (process < 0) throw base::Error("cannot start {}", words[0]);
  if (process > 0) return process;
  // Nothing here may allocate: other threads may have held a lock of it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // it must not outlive us
  // A session of its own, as a service or a login has: the kernel shares out
  // processors between sessions first (autogroups in sched(7)).
  setsid();
  if (chdir(directory.c_str()) != 0) _exit(127);
  const int output = open("output.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(output, 1);
  dup2(output, 2);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Training::Training(const std::string& program, const fs::path& directory,
                   const fs::path& model, const std::string& yield_to)
    : directory_(directory), log_(directory / "runs" / "run1" / "log.jsonl") {
  base::MakeDirectories(directory);
  WriteDataset(directory / "data.txt");
  process_ = Start(
      directory, {fs::absolute(program).string(), "finetune", "data.txt",
                  "--model", fs::absolute(model).string(), "--steps", "1000000",
                  "--print-every", "1", "--save-every", "0", "--sample-every",
                  "0", "--validate-every", "0", "--yield-to", yield_to});
  WaitForMark();
  WaitForMark();
}

Training::~Training() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void Training::HoldStill() { kill(process_, SIGSTOP); }

void Training::GoOn() { kill(process_, SIGCONT); }

int Training::Lines() const {
  if (!fs::exists(log_)) return 0;
  const std::string text = base::ReadFile(log_);
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

Training::Mark Training::WaitForMark() {
  const int before = Lines();
  while (Lines() == before) {
    if (waitpid(process_, nullptr, WNOHANG) == process_) {
      throw base::Error("the training ended: {}",
                        base::ReadFile(directory_ / "output.txt"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const std::string text = base::ReadFile(log_);
  const size_t end = text.rfind('\n');
  const size_t begin = text.rfind('\n', end - 1) + 1;  // npos + 1: the first
  const auto line = nlohmann::json::parse(text.substr(begin, end - begin));
  return {line.at("tokens"), line.at("seconds")};
}

}  // namespace artspeak::bench
