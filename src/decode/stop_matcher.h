// Where a text ends: at the first stop string, however it is cut into pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace artspeak::decode {

// Text goes in as it is decoded and comes out as soon as it is certain: what
// could still become a stop string is held back. The stop string that is
// complete first ends the text (of two that end together, the longer); neither
// it nor what follows comes out. The result does not depend on where the pieces
// are cut. Not thread-safe.
class StopMatcher {
 public:
  // Throws Error if a stop string is empty or not UTF-8.
  explicit StopMatcher(std::vector<std::string> stops);

  std::string Push(std::string_view piece);
  // The text is over: what was held back.
  std::string Finish();

  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace artspeak::decode
