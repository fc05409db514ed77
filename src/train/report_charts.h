// Which charts a report has.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "train/chart.h"
#include "train/run_record.h"

namespace artspeak::train {

// In the order of the page; those of fields that no run has are empty.
std::vector<Chart> ReportCharts(std::span<const RunRecord> runs);

// Of the runs beside each other, the number-th one's.
int RunColour(size_t number);

}  // namespace artspeak::train
