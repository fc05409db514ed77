// How cards look: read from the site's stylesheet, so that who changes the one
// changes the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace artspeak::web {

struct CardFace {
  std::string families;  // in order of preference, with commas
  bool italic = false;
  bool bold = false;

  bool operator==(const CardFace&) const = default;
};

struct CardStyle {
  // 0xRRGGBB
  uint32_t wall = 0xfdfdfc;
  uint32_t ink = 0x141413;
  uint32_t dot = 0xd5001c;
  CardFace title{"P052, Palatino, serif", true, false};
  CardFace text{"P052, Palatino, serif", false, false};

  bool operator==(const CardStyle&) const = default;
};

// The first values that `css` gives to the custom properties --wall, --ink and
// --dot (#rgb or #rrggbb), --card-title and --card-text (families, before them
// "italic" or "bold"). What is missing or of another form keeps its default.
CardStyle ReadCardStyle(std::string_view css);

}  // namespace artspeak::web
