#include "bench/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace artspeak::bench {

std::string Machine() {
  std::string name = "unknown processor";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    name = line.substr(line.find(':') + 2);
    break;
  }
  const double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                       static_cast<double>(sysconf(_SC_PAGESIZE));
  return fmt::format("{}, {} processors, {:.0f} GB of memory", name,
                     std::thread::hardware_concurrency(), bytes / 1e9);
}

namespace {

// Each round's time of `b` divided by that of `a`, which ran just before.
Figures Ratios(const Result& a, const Result& b) {
  Figures ratios;
  for (size_t i = 0; i < std::min(a.answers.size(), b.answers.size()); ++i) {
    ratios.Add(b.answers[i].at("seconds").get<double>() /
               a.answers[i].at("seconds").get<double>());
  }
  return ratios;
}

}  // namespace

std::string ShowResults(const std::vector<Result>& results) {
  std::string text = fmt::format(
      "{:<26}{:>24}{:>10}{:>10}{:>22}  {}\n", "program, weights", "seconds",
      "tokens/s", "peak MB", "s to first token", "times as long");
  for (const Result& result : results) {
    text += fmt::format(
        "{:<26}{:>24}{:>10.0f}{:>10.0f}{:>22}  {}\n", result.contender.name,
        result.seconds.Show(2), result.tokens_per_second(),
        static_cast<double>(result.peak_memory_bytes) / 1e6,
        result.first_token_seconds.empty() ? ""
                                           : result.first_token_seconds.Show(2),
        &result == &results.front() ? ""
                                    : Ratios(results.front(), result).Show(1));
  }
  for (const Result& result : results) {
    if (result.contender.is_ours()) continue;
    text += fmt::format("{}: version {}\n", result.contender.name,
                        result.contender.version);
  }
  return text;
}

nlohmann::ordered_json ResultsToJson(const std::vector<Result>& results) {
  auto json = nlohmann::ordered_json::array();
  for (const Result& result : results) {
    json.push_back(result.ToJson());
    json.back()["times_as_long_as_first"] =
        Ratios(results.front(), result).ToJson();
  }
  return json;
}

}  // namespace artspeak::bench
