// A line chart as part of an HTML page: an SVG that takes the width it is given
// while its letters keep their size. It needs report_style.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/curve.h"

namespace artspeak::train {

// How values are written.
enum class Quantity {
  kLoss,   // 3.214
  kRate,   // 0.0001
  kCount,  // 1,234
  kShare,  // 0.125: 12.5 %
};

std::string FormatQuantity(Quantity quantity, double value);

enum class Stroke { kFirm, kFaint, kDashed };

struct ChartCurve {
  std::string label;
  Curve points;  // any number; thinned when drawn
  // 0: the colour of text; 1 and on: one of those of report_style.h, in turn.
  int colour = 0;
  Stroke stroke = Stroke::kFirm;
};

// A dot with a word beside it.
struct ChartMark {
  Point at;
  std::string label;
  int colour = 0;
};

struct Chart {
  std::string title = {};
  std::string unit = {};  // of y: "nats per token"
  Quantity quantity = Quantity::kLoss;
  // The axis begins at zero. Otherwise it spans the values, and where they lie
  // far apart its scale is logarithmic.
  bool from_zero = true;
  std::vector<ChartCurve> curves = {};
  std::vector<ChartMark> marks = {};
};

// A <figure>; nothing when no curve has a point. x is in steps.
std::string RenderChart(const Chart& chart);

}  // namespace artspeak::train
