#include "bench/contender.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"

extern char** environ;

namespace artspeak::bench {

using base::Error;
using Json = nlohmann::ordered_json;

namespace {

double UnixSeconds() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string ReadToEnd(int descriptor) {
  std::string all;
  char chunk[4096];
  for (;;) {
    const ssize_t got = read(descriptor, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(chunk, static_cast<size_t>(got));
  }
}

std::string LastLine(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

void Add(const Json& answer, Result& result) {
  result.seconds.Add(answer.at("seconds"));
  result.tokens = answer.at("tokens");
  result.peak_memory_bytes = std::max<int64_t>(result.peak_memory_bytes,
                                               answer.at("peak_memory_bytes"));
  if (answer.contains("first_token_seconds")) {
    result.first_token_seconds.Add(answer.at("first_token_seconds"));
  }
  result.answers.push_back(answer);
}

}  // namespace

Json Result::ToJson() const {
  Json json = {{"name", contender.name},
               {"version", contender.version},
               {"seconds", seconds.ToJson()},
               {"tokens", tokens},
               {"tokens_per_second", tokens_per_second()},
               {"peak_memory_bytes", peak_memory_bytes}};
  if (!first_token_seconds.empty()) {
    json["first_token_seconds"] = first_token_seconds.ToJson();
  }
  return json;
}

Contender OurRound(const std::string& name, const std::string& kind) {
  return {name, "", {"/proc/self/exe", "round", kind}};
}

std::string Output(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    throw Error("no pipe to {}: {}", command.front(), std::strerror(errno));
  }
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const int fault = posix_spawnp(&child, arguments[0], &actions, nullptr,
                                 arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  const std::string output = fault == 0 ? ReadToEnd(ends[0]) : "";
  close(ends[0]);
  if (fault != 0) {
    throw Error("{} cannot be started: {}", command.front(),
                std::strerror(fault));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error("{} failed ({} {}): see its message above", command.front(),
                WIFEXITED(status) ? "status" : "signal",
                WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  }
  return output;
}

Json RunOnce(const Contender& contender, const Json& job) {
  std::vector<std::string> command = contender.command;
  command.push_back(job.dump());
  const double start = UnixSeconds();
  const std::string line = LastLine(Output(command));
  try {
    Json answer = Json::parse(line);
    if (answer.contains("first_token_at")) {
      answer["first_token_seconds"] =
          answer["first_token_at"].get<double>() - start;
    }
    return answer;
  } catch (const Json::exception&) {
    throw Error("{} answered \"{}\", which is no JSON object", contender.name,
                line);
  }
}

std::vector<Result> Race(const std::vector<Entry>& entries, int rounds,
                         const std::function<void()>& between) {
  std::vector<std::optional<Result>> results(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    results[i] = Result{.contender = entries[i].contender};
  }
  between();
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < entries.size(); ++i) {
      const Contender& contender = entries[i].contender;
      if (!results[i]) continue;
      try {
        const Json answer = RunOnce(contender, entries[i].job);
        Add(answer, *results[i]);
        fmt::print(stderr, "round {} of {}: {} {:.2f} s\n", round + 1, rounds,
                   contender.name, answer.at("seconds").get<double>());
      } catch (const std::exception& error) {
        if (contender.is_ours()) throw;
        fmt::print(stderr, "{} is left out: {}\n", contender.name,
                   error.what());
        results[i].reset();
      }
    }
    between();
  }
  std::vector<Result> whole;
  for (std::optional<Result>& result : results) {
    if (result) whole.push_back(std::move(*result));
  }
  return whole;
}

int64_t PeakMemoryBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return 1024 * std::stoll(line.substr(std::strlen("VmHWM:")));
    }
  }
  return 0;
}

}  // namespace artspeak::bench
