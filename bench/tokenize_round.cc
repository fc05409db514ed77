#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bench/contender.h"
#include "bench/rounds.h"
#include "text/tokenizer.h"

namespace artspeak::bench {

using Json = nlohmann::ordered_json;

Json TokenizeRound(const Json& job) {
  const base::Stopwatch load;
  const auto tokenizer = text::Tokenizer::Load(job.at("vocabulary"));
  const double load_seconds = load.seconds();
  std::vector<std::string> texts;
  std::ifstream file(job.at("texts").get<std::string>());
  for (std::string line; std::getline(file, line);) {
    texts.push_back(Json::parse(line));
  }
  double seconds = 0;
  size_t tokens = 0;
  for (int time = 0; time < 2; ++time) {
    const base::Stopwatch watch;
    tokens = 0;
    for (const std::string& text : texts) {
      tokens += tokenizer.Encode(text).size();
    }
    seconds = watch.seconds();
  }
  return {{"seconds", seconds},
          {"tokens", tokens},
          {"peak_memory_bytes", PeakMemoryBytes()},
          {"load_seconds", load_seconds}};
}

}  // namespace artspeak::bench
