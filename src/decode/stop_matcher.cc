#include "decode/stop_matcher.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"

namespace artspeak::decode {

StopMatcher::StopMatcher(std::vector<std::string> stops)
    : stops_(std::move(stops)) {
  for (const std::string& stop : stops_) {
    if (stop.empty()) {
      throw base::Error("a stop text is empty: give at least one character");
    }
    if (!base::IsValidUtf8(stop)) {
      throw base::Error("the stop text \"{}\" is not valid UTF-8: retype it",
                        base::ToValidUtf8(stop));
    }
  }
}

std::string StopMatcher::Push(std::string_view piece) {
  if (stopped_) return {};
  held_ += piece;
  size_t begin = std::string::npos;
  size_t end = std::string::npos;
  for (const std::string& stop : stops_) {
    const size_t found = held_.find(stop);
    if (found == std::string::npos) continue;
    if (std::pair(found + stop.size(), found) < std::pair(end, begin)) {
      begin = found;
      end = found + stop.size();
    }
  }
  if (end != std::string::npos) {
    stopped_ = true;
    std::string out = held_.substr(0, begin);
    held_.clear();
    return out;
  }
  size_t hold = 0;  // the longest end of the text that begins a stop string
  for (const std::string& stop : stops_) {
    for (size_t n = std::min(stop.size() - 1, held_.size()); n > hold; --n) {
      if (std::string_view(held_).ends_with(
              std::string_view(stop).substr(0, n))) {
        hold = n;
      }
    }
  }
  std::string out = held_.substr(0, held_.size() - hold);
  held_.erase(0, out.size());
  return out;
}

std::string StopMatcher::Finish() { return std::exchange(held_, {}); }

}  // namespace artspeak::decode
