// Our side of bench/tokenizer/run: encodes all texts once for each line of
// standard input, on one thread, and answers with what it took.
//
//   encode_rounds VOCABULARY TEXTS.jsonl     a JSON string a line
#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace artspeak {
namespace {

using nlohmann::json;

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

void Run(const char* vocabulary, const char* texts_file) {
  const Stopwatch load;
  const auto tokenizer = text::Tokenizer::Load(vocabulary);
  std::cout << json{{"load_seconds", load.Seconds()}} << std::endl;

  std::vector<std::string> texts;
  std::ifstream file(texts_file);
  for (std::string line; std::getline(file, line);) {
    texts.push_back(json::parse(line));
  }
  for (std::string line; std::getline(std::cin, line);) {
    const Stopwatch round;
    size_t tokens = 0;
    for (const std::string& text : texts) {
      tokens += tokenizer.Encode(text).size();
    }
    std::cout << json{{"seconds", round.Seconds()}, {"tokens", tokens}}
              << std::endl;
  }
}

}  // namespace
}  // namespace artspeak

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: encode_rounds VOCABULARY TEXTS.jsonl\n";
    return 2;
  }
  try {
    artspeak::Run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
