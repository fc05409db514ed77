// One side of a race: a program that does a job once and tells how it went.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/figures.h"

namespace artspeak::bench {

// The program gets the job as its last argument, a JSON object, and prints as
// its last line a JSON object with
//   seconds             of the work itself, everything being loaded
//   tokens              read or written in them
//   peak_memory_bytes   the process's, at its end
//   first_token_at      seconds since 1970, of jobs that write
// and whatever else its race knows how to read.
struct Contender {
  std::string name;     // "llama.cpp q8_0"
  std::string version;  // empty: this program
  std::vector<std::string> command;

  bool is_ours() const { return version.empty(); }
};

// What the rounds of a contender gave.
struct Result {
  Contender contender;
  Figures seconds = {};
  Figures first_token_seconds = {};  // from the process's start
  int64_t tokens = 0;                // of one round
  int64_t peak_memory_bytes = 0;
  std::vector<nlohmann::ordered_json> answers = {};

  double tokens_per_second() const {
    return static_cast<double>(tokens) / seconds.median();
  }
  nlohmann::ordered_json ToJson() const;
};

// This program, run again for one round of `kind`.
Contender OurRound(const std::string& name, const std::string& kind);

// What a program prints to standard output. Throws Error when it cannot be run
// or ends with another status than 0.
std::string Output(const std::vector<std::string>& command);

// Runs the job once, in a process of its own. Throws Error when it fails or
// answers something else.
nlohmann::ordered_json RunOnce(const Contender& contender,
                               const nlohmann::ordered_json& job);

struct Entry {
  Contender contender;
  nlohmann::ordered_json job;
};

// Runs all entries in turn, `rounds` times, `between` before each round and
// after the last. A peer that fails is named on standard error and left out;
// when this program fails, throws Error.
std::vector<Result> Race(const std::vector<Entry>& entries, int rounds,
                         const std::function<void()>& between);

// The most memory that this process ever had, as the kernel tells.
int64_t PeakMemoryBytes();

}  // namespace artspeak::bench
