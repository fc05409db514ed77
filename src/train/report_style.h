// How a report looks: one stylesheet that is part of the page, for light and
// dark, wide and narrow, screen and paper.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::train {

extern const std::string_view kReportStyle;

// The class of a colour: 0 is that of text, those above go round.
std::string ColourClass(int colour);

}  // namespace artspeak::train
