// A page that shows how a run learned: curves, texts by step, settings.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "train/run_record.h"

namespace artspeak::train {

// One whole HTML document without scripts, which asks for nothing outside
// itself (and forbids it). Of one run its report; of several the same charts
// with a curve for each, settings beside each other, those that differ marked,
// and the newest texts of each. At least one run; `written` says when this is,
// for a person. The same input gives the same bytes.
std::string RenderReport(std::span<const RunRecord> runs,
                         std::string_view written);

}  // namespace artspeak::train
