// One piece of writing with what is known about it.
#pragma once

#include <string>

namespace artspeak::corpus {

// All UTF-8; what is not known is empty.
struct Document {
  std::string text;
  std::string title;
  std::string source;  // the file or book it came from
  std::string url;
  std::string date;
};

}  // namespace artspeak::corpus
