#include "train/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

#include "base/with_commas.h"
#include "train/html.h"
#include "train/report_style.h"
#include "train/scale.h"

namespace artspeak::train {

namespace {

// The drawing's own units; the page stretches them.
constexpr int kWidth = 4000;
constexpr int kHeight = 2000;
constexpr size_t kMostPoints = 600;    // of one curve
constexpr size_t kMostColumns = 100;   // that answer to the pointer
constexpr double kFarApart = 2.5;      // highest by lowest: a logarithmic scale
constexpr double kTooFarApart = 1e15;  // from here on linear again
constexpr double kRoom = 0.06;         // of the span, above and below

struct Bounds {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;

  void Add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

// A count or a step.
std::string Whole(double value) { return base::WithCommas(std::llrint(value)); }

std::string TickText(Quantity quantity, double value) {
  switch (quantity) {
    case Quantity::kLoss:
    case Quantity::kRate:
      return fmt::format("{:.6g}", value);
    case Quantity::kCount:
      return value == std::floor(value) ? Whole(value)
                                        : fmt::format("{:.6g}", value);
    case Quantity::kShare:
      return fmt::format("{:.6g} %", value * 100);
  }
  return "";
}

std::string_view StrokeClass(Stroke stroke) {
  switch (stroke) {
    case Stroke::kFirm:
      return "";
    case Stroke::kFaint:
      return " faint";
    case Stroke::kDashed:
      return " dashed";
  }
  return "";
}

std::string ClassOf(int colour, Stroke stroke = Stroke::kFirm) {
  return fmt::format("{}{}", ColourClass(colour), StrokeClass(stroke));
}

class Drawing {
 public:
  explicit Drawing(const Chart& chart)
      : chart_(chart), x_(XScale(chart)), y_(YScale(chart)) {}

  std::string Figure() {
    Add("<figure>\n<figcaption><b>{}</b>", EscapeHtml(chart_.title));
    if (!chart_.unit.empty()) {
      Add(" <span class=\"unit\">{}</span>", EscapeHtml(chart_.unit));
    }
    Legend();
    Add("</figcaption>\n<div class=\"plot\">\n");
    const std::vector<double> y_ticks = y_.Ticks(5);
    for (const double tick : y_ticks) {
      Add("<span class=\"y\" style=\"top:{:.2f}%\">{}</span>\n",
          100 - 100 * y_.Position(tick), TickText(chart_.quantity, tick));
    }
    Add("<svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
        "aria-label=\"{}\">\n",
        kWidth, kHeight, EscapeHtml(Description()));
    if (!y_ticks.empty()) Add("<path class=\"grid\" d=\"");
    for (const double tick : y_ticks) Add("M0 {}H{}", Y(tick), kWidth);
    if (!y_ticks.empty()) Add("\"/>\n");
    for (const ChartCurve& curve : chart_.curves) Line(curve);
    Columns();
    Add("</svg>\n");
    for (const ChartMark& mark : chart_.marks) Mark(mark);
    Add("</div>\n<div class=\"x\">");
    for (const double tick : x_.Ticks(5)) {
      Add("<span style=\"left:{:.2f}%\">{}</span>", 100 * x_.Position(tick),
          TickText(Quantity::kCount, tick));
    }
    Add("<i>step</i></div>\n</figure>\n");
    return std::move(html_);
  }

 private:
  static Scale XScale(const Chart& chart) {
    Bounds bounds;
    for (const ChartCurve& curve : chart.curves) {
      for (const Point& point : curve.points) bounds.Add(point.x);
    }
    return Scale(Scale::Kind::kLinear, std::min(0.0, bounds.low),
                 std::max(1.0, bounds.high));
  }

  static Scale YScale(const Chart& chart) {
    Bounds bounds;
    for (const ChartCurve& curve : chart.curves) {
      for (const Point& point : curve.points) bounds.Add(point.y);
    }
    if (chart.from_zero) {
      const double high = bounds.high > 0 ? bounds.high * (1 + kRoom) : 1;
      return Scale(Scale::Kind::kLinear, std::min(0.0, bounds.low), high);
    }
    const double ratio = bounds.low > 0 ? bounds.high / bounds.low : 0;
    if (ratio >= kFarApart && ratio < kTooFarApart) {
      const double room = std::pow(ratio, kRoom);
      return Scale(Scale::Kind::kLogarithmic, bounds.low / room,
                   bounds.high * room);
    }
    const double room = (bounds.high - bounds.low) * kRoom;
    return Scale(Scale::Kind::kLinear, bounds.low - room, bounds.high + room);
  }

  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(html_), format,
                   std::forward<Args>(args)...);
  }

  int X(double value) const {
    return static_cast<int>(std::lround(x_.Position(value) * kWidth));
  }
  int Y(double value) const {
    return static_cast<int>(std::lround((1 - y_.Position(value)) * kHeight));
  }

  void Legend() {
    if (chart_.curves.size() < 2) return;
    Add("<span class=\"legend\">");
    for (const ChartCurve& curve : chart_.curves) {
      if (curve.points.empty()) continue;
      Add("<span><i class=\"{}\"></i>{}</span>",
          ClassOf(curve.colour, curve.stroke), EscapeHtml(curve.label));
    }
    Add("</span>");
  }

  // What the chart says to who cannot see it.
  std::string Description() const {
    std::string text = chart_.title + " by step";
    for (const ChartCurve& curve : chart_.curves) {
      if (curve.points.empty()) continue;
      const Point& last = curve.points.back();
      text +=
          fmt::format("; {} {} at step {}", curve.label,
                      FormatQuantity(chart_.quantity, last.y), Whole(last.x));
    }
    return text;
  }

  void Line(const ChartCurve& curve) {
    if (curve.points.empty()) return;
    Add("<path class=\"{}\" d=\"", ClassOf(curve.colour, curve.stroke));
    char command = 'M';
    for (const Point& point : Thinned(curve.points, kMostPoints)) {
      Add("{}{} {}", command, X(point.x), Y(point.y));
      command = 'L';
    }
    // A single point is a line of no length: round ends make it a dot.
    if (curve.points.size() == 1) Add("h0");
    Add("\"/>\n");
  }

  // Invisible columns, each with the values that lie in it.
  void Columns() {
    std::vector<double> at;
    for (const ChartCurve& curve : chart_.curves) {
      for (const Point& point : curve.points) at.push_back(point.x);
    }
    std::sort(at.begin(), at.end());
    at.erase(std::unique(at.begin(), at.end()), at.end());
    std::vector<double> centres;
    const size_t stride = (at.size() + kMostColumns - 1) / kMostColumns;
    for (size_t i = 0; i < at.size(); i += stride) {
      // Counted from the end: what is newest has its own.
      centres.push_back(at[at.size() - 1 - i]);
    }
    std::reverse(centres.begin(), centres.end());
    for (size_t i = 0; i < centres.size(); ++i) {
      const double left =
          i == 0 ? at.front() : (centres[i - 1] + centres[i]) / 2;
      const double right = i + 1 == centres.size()
                               ? at.back()
                               : (centres[i] + centres[i + 1]) / 2;
      const int x = X(left);
      Add("<rect x=\"{}\" y=\"0\" width=\"{}\" height=\"{}\"><title>step {}", x,
          std::max(1, X(right) - x), kHeight, Whole(centres[i]));
      for (const ChartCurve& curve : chart_.curves) {
        if (const Point* nearest = Nearest(curve.points, centres[i]);
            nearest != nullptr && nearest->x >= left && nearest->x <= right) {
          Add("\n{} {}", EscapeHtml(curve.label),
              FormatQuantity(chart_.quantity, nearest->y));
        }
      }
      Add("</title></rect>\n");
    }
  }

  static const Point* Nearest(const Curve& curve, double x) {
    if (curve.empty()) return nullptr;
    auto at = std::lower_bound(
        curve.begin(), curve.end(), x,
        [](const Point& point, double value) { return point.x < value; });
    if (at == curve.end()) return &curve.back();
    if (at != curve.begin() && x - (at - 1)->x < at->x - x) --at;
    return &*at;
  }

  void Mark(const ChartMark& mark) {
    const double left = x_.Position(mark.at.x);
    Add("<span class=\"mark {}{}\" style=\"left:{:.2f}%;top:{:.2f}%\">"
        "<i></i><b>{}</b></span>\n",
        ClassOf(mark.colour), left > 0.5 ? " before" : "", 100 * left,
        100 - 100 * y_.Position(mark.at.y), EscapeHtml(mark.label));
  }

  const Chart& chart_;
  Scale x_;
  Scale y_;
  std::string html_;
};

}  // namespace

std::string FormatQuantity(Quantity quantity, double value) {
  switch (quantity) {
    case Quantity::kLoss:
      return fmt::format("{:.3f}", value);
    case Quantity::kRate:
      return fmt::format("{:.3g}", value);
    case Quantity::kCount:
      return Whole(value);
    case Quantity::kShare:
      return fmt::format("{:.1f} %", value * 100);
  }
  return "";
}

std::string RenderChart(const Chart& chart) {
  const bool empty =
      std::all_of(chart.curves.begin(), chart.curves.end(),
                  [](const ChartCurve& curve) { return curve.points.empty(); });
  return empty ? "" : Drawing(chart).Figure();
}

}  // namespace artspeak::train
