#include "app/say.h"

#include <fmt/chrono.h>

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

std::string Iso(base::UnixTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace artspeak::app
