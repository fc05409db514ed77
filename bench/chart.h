// A line chart as SVG, for a page on white or black.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace artspeak::bench {

struct Line {
  std::string label;
  std::vector<std::pair<double, double>> points;  // x rising, both above 0
};

struct Chart {
  std::string title;
  std::string x_label;  // of a scale on which equal steps double
  std::string y_label;  // of an even scale from 0
  std::vector<Line> lines;
};

// A whole SVG document; text is escaped. The marks of the x axis are the x of
// all points. At most six lines differ in colour. Throws Error if there is no
// point at all.
std::string DrawChart(const Chart& chart);

}  // namespace artspeak::bench
