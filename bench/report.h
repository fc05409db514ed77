// What the commands print alike.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/contender.h"

namespace artspeak::bench {

// "AMD EPYC, 2 processors, 23 GB of memory".
std::string Machine();

// A line for each contender: seconds, tokens/s, memory, the time from the
// process's start to the first token where that is known, and how long it took
// beside the first one.
std::string ShowResults(const std::vector<Result>& results);
nlohmann::ordered_json ResultsToJson(const std::vector<Result>& results);

}  // namespace artspeak::bench
