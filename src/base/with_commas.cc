#include "base/with_commas.h"

namespace artspeak::base {

std::string WithCommas(int64_t number) {
  std::string text = std::to_string(number);
  const int first = number < 0 ? 1 : 0;  // the digit after the sign
  for (int at = static_cast<int>(text.size()) - 3; at > first; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

}  // namespace artspeak::base
