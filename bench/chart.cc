#include "bench/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"

namespace artspeak::bench {
namespace {

// In SVG's units, which are pixels at its natural size.
constexpr double kWidth = 800, kHeight = 460;
constexpr double kLeft = 72, kRight = 640, kTop = 64, kBottom = 396;
constexpr double kLabelDistance = 18;  // between the lines' names
constexpr size_t kColours = 6;

// Readable on white and on black, and told apart by people who do not see red
// or green (after Okabe and Ito, "Color universal design", 2008).
constexpr const char* kStyle = R"(<style>
svg { background: #fff; font: 14px system-ui, "Helvetica Neue", sans-serif; }
text { fill: #333; }
.title { font-size: 18px; font-weight: 600; fill: #111; }
.grid { stroke: #e4e4e4; }
.axis { stroke: #888; }
path { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.c0 { stroke: #0072b2; } .f0 { fill: #0072b2; }
.c1 { stroke: #d55e00; } .f1 { fill: #d55e00; }
.c2 { stroke: #009e73; } .f2 { fill: #009e73; }
.c3 { stroke: #b0609a; } .f3 { fill: #b0609a; }
.c4 { stroke: #b8860b; } .f4 { fill: #b8860b; }
.c5 { stroke: #777777; } .f5 { fill: #777777; }
@media (prefers-color-scheme: dark) {
  svg { background: #16181b; }
  text { fill: #c8c8c8; }
  .title { fill: #f2f2f2; }
  .grid { stroke: #2c2f34; }
  .axis { stroke: #777; }
  .c0 { stroke: #56b4e9; } .f0 { fill: #56b4e9; }
}
</style>
)";

std::string Escape(const std::string& text) {
  std::string escaped;
  for (const char byte : text) {
    switch (byte) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += byte;
    }
  }
  return escaped;
}

// The distance of four to eight round marks from 0 to `most`.
double RoundStep(double most) {
  const double power = std::pow(10, std::floor(std::log10(most / 4)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (most / (factor * power) <= 8) return factor * power;
  }
  return 10 * power;
}

// Where numbers stand on the page.
class Scales {
 public:
  explicit Scales(const Chart& chart) {
    double most = 0;
    for (const Line& line : chart.lines) {
      for (const auto& [x, y] : line.points) {
        marks_.insert(x);
        most = std::max(most, y);
      }
    }
    if (marks_.empty()) throw base::Error("a chart needs at least one point");
    step_ = RoundStep(most);
    top_ = step_ * std::ceil(most / step_);
    first_ = std::log2(*marks_.begin());
    range_ = std::max(1.0, std::log2(*marks_.rbegin()) - first_);
  }

  const std::set<double>& marks() const { return marks_; }
  double step() const { return step_; }
  double top() const { return top_; }
  double X(double x) const {
    return kLeft + (kRight - kLeft) * (std::log2(x) - first_) / range_;
  }
  double Y(double y) const { return kBottom - (kBottom - kTop) * y / top_; }

 private:
  std::set<double> marks_;
  double step_ = 1, top_ = 1;
  double first_ = 0, range_ = 1;  // of the doublings
};

std::string DrawAxes(const Chart& chart, const Scales& scales) {
  std::string svg;
  for (double y = 0; y <= scales.top() * 1.0001; y += scales.step()) {
    const double at = scales.Y(y);
    svg += fmt::format(
        "<line class=\"{}\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n"
        "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:g}</text>\n",
        y == 0 ? "axis" : "grid", kLeft, kRight, at, at, kLeft - 10, at + 5, y);
  }
  double last = -kWidth;
  for (const double x : scales.marks()) {
    const double at = scales.X(x);
    svg += fmt::format(
        "<line class=\"axis\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" "
        "y2=\"{2}\"/>\n",
        at, kBottom, kBottom + 5);
    if (at - last < 22) continue;  // no room for its number
    last = at;
    svg += fmt::format(
        "<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:g}</text>\n", at,
        kBottom + 24, x);
  }
  svg += fmt::format(
      "<text class=\"title\" x=\"{}\" y=\"30\">{}</text>\n"
      "<text x=\"{}\" y=\"{}\">{}</text>\n"
      "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
      kLeft - 40, Escape(chart.title), kLeft - 40, kTop - 14,
      Escape(chart.y_label), (kLeft + kRight) / 2, kBottom + 50,
      Escape(chart.x_label));
  return svg;
}

std::string DrawLine(const Line& line, size_t colour, const Scales& scales) {
  std::string path, dots;
  for (const auto& [x, y] : line.points) {
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L",
                        scales.X(x), scales.Y(y));
    dots += fmt::format(
        "<circle class=\"f{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\">"
        "<title>{}: {:.0f} at {:g}</title></circle>\n",
        colour, scales.X(x), scales.Y(y), Escape(line.label), y, x);
  }
  return fmt::format("<path class=\"c{}\" d=\"{}\"/>\n{}", colour, path, dots);
}

// Each line's name beside its last point, moved apart where they would meet.
std::string DrawLabels(const Chart& chart, const Scales& scales) {
  struct Label {
    size_t line;
    double x, y;
  };
  std::vector<Label> labels;
  for (size_t i = 0; i < chart.lines.size(); ++i) {
    if (chart.lines[i].points.empty()) continue;
    const auto& [x, y] = chart.lines[i].points.back();
    labels.push_back({i, scales.X(x), scales.Y(y) + 5});
  }
  // From the bottom up, so that none leaves the page there.
  std::sort(labels.begin(), labels.end(),
            [](const Label& a, const Label& b) { return a.y > b.y; });
  std::string svg;
  double below = kHeight;
  for (Label& label : labels) {
    label.y = std::min(label.y, below - kLabelDistance);
    below = label.y;
    svg +=
        fmt::format("<text class=\"f{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                    label.line % kColours, label.x + 12, label.y,
                    Escape(chart.lines[label.line].label));
  }
  return svg;
}

}  // namespace

std::string DrawChart(const Chart& chart) {
  const Scales scales(chart);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" role=\"img\">\n<title>{2}</title>\n",
      kWidth, kHeight, Escape(chart.title));
  svg += kStyle;
  svg += DrawAxes(chart, scales);
  for (size_t i = 0; i < chart.lines.size(); ++i) {
    svg += DrawLine(chart.lines[i], i % kColours, scales);
  }
  svg += DrawLabels(chart, scales);
  return svg + "</svg>\n";
}

}  // namespace artspeak::bench
