#include "app/say.h"

#include <algorithm>

#include "base/utf8.h"

namespace artspeak::app {

void SayLines(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    Say("{}", base::OneLine(line));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
}

}  // namespace artspeak::app
