// One piece of writing with what is known about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace artspeak::corpus {

// All UTF-8; what is not known is empty.
struct Document {
  std::string text;
  std::string title;
  std::string source;  // the file or book it came from
  std::string url;
  std::string date;
  // In place of the text, where that was turned to tokens elsewhere; Detokenize
  // brings it back.
  std::vector<int32_t> tokens = {};
};

}  // namespace artspeak::corpus
