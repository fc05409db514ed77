// The picture that a link preview shows for a review: the visitor's words as a
// title, and the first lines of what the machine made of them.
#pragma once

#include <string>

#include "web/card_style.h"

namespace artspeak::web {

inline constexpr int kCardWidth = 1200;  // pixels, the size that previews ask
inline constexpr int kCardHeight = 630;  // for (Open Graph, X)

// Valid UTF-8. Direction follows the script. What no font of this machine can
// draw is left out.
struct Card {
  std::string name;   // of the site, in the head
  std::string title;  // in one to four lines, the smaller the longer
  std::string text;   // fills what is left; may be empty
  CardStyle style;
};

// A PNG file. Takes some ten milliseconds, the first time in a thread several
// hundred: fonts are found and kept for that thread. Throws Error when the
// drawing library fails (no font at all, no memory). Thread-safe.
std::string DrawCard(const Card& card);

}  // namespace artspeak::web
