#include "train/report_charts.h"

#include <optional>
#include <string>
#include <string_view>

namespace artspeak::train {

namespace {

constexpr int kRed = 1;  // of report_style.h

Chart LossOf(const RunRecord& run) {
  const Curve& loss = run.Field("loss");
  const Curve& validation = run.Field("validation_loss");
  Chart chart = {.title = "Loss", .unit = "nats per token", .from_zero = false};
  chart.curves = {
      {"training, each step", loss, 0, Stroke::kFaint},
      {"training, smoothed", Smoothed(loss), 0},
      {"validation", validation, kRed},
  };
  if (const auto best = run.Best()) {
    chart.marks = {
        {*best, "best " + FormatQuantity(Quantity::kLoss, best->y), kRed}};
  }
  return chart;
}

// The level of human writing across the chart.
Curve Level(const Curve& human, const Curve& beside) {
  if (human.empty() || beside.empty()) return {};
  const double y = human.back().y;
  return {{0, y}, {beside.back().x, y}};
}

class ChartMaker {
 public:
  explicit ChartMaker(std::span<const RunRecord> runs) : runs_(runs) {}

  // A curve of one field for each run.
  Chart Of(std::string_view field, Chart chart, bool smooth = false) const {
    for (size_t i = 0; i < runs_.size(); ++i) {
      const Curve& curve = runs_[i].Field(field);
      chart.curves.push_back(
          {runs_[i].name, smooth ? Smoothed(curve) : curve, RunColour(i)});
    }
    if (runs_.size() == 1) chart.curves[0].colour = 0;
    return chart;
  }

  // The same with the level of human writing in the same data.
  Chart Originality(std::string_view field, std::string_view human,
                    Chart chart) const {
    chart = Of(field, std::move(chart));
    for (size_t i = 0; i < runs_.size(); ++i) {
      const Curve level = Level(runs_[i].Field(human), runs_[i].Field(field));
      if (runs_.size() == 1) {
        chart.curves[0].label = "what it writes";
        chart.curves.push_back(
            {"people, held-out text", level, kRed, Stroke::kDashed});
      } else {
        chart.curves.push_back(
            {runs_[i].name + ", people", level, RunColour(i), Stroke::kDashed});
      }
    }
    return chart;
  }

 private:
  std::span<const RunRecord> runs_;
};

}  // namespace

int RunColour(size_t number) { return static_cast<int>(number) + 1; }

std::vector<Chart> ReportCharts(std::span<const RunRecord> runs) {
  const ChartMaker maker(runs);
  std::vector<Chart> charts;
  if (runs.size() == 1) {
    charts.push_back(LossOf(runs[0]));
  } else {
    Chart validation = maker.Of("validation_loss", {.title = "Validation loss",
                                                    .unit = "nats per token",
                                                    .from_zero = false});
    for (size_t i = 0; i < runs.size(); ++i) {
      const std::optional<Point> best = runs[i].Best();
      if (!best) continue;
      validation.marks.push_back({*best,
                                  FormatQuantity(Quantity::kLoss, best->y),
                                  validation.curves[i].colour});
    }
    charts.push_back(std::move(validation));
    charts.push_back(maker.Of("loss",
                              {.title = "Training loss, smoothed",
                               .unit = "nats per token",
                               .from_zero = false},
                              true));
  }
  charts.push_back(maker.Originality("longest_copy", "human_longest_copy",
                                     {.title = "Longest copy",
                                      .unit = "words in a row from the "
                                              "training texts",
                                      .quantity = Quantity::kCount}));
  charts.push_back(maker.Originality("copied_share", "human_copied_share",
                                     {.title = "Copied share",
                                      .unit = "of words, in copies of 8 and "
                                              "more",
                                      .quantity = Quantity::kShare}));
  charts.push_back(maker.Of("learning_rate", {.title = "Learning rate",
                                              .quantity = Quantity::kRate}));
  Chart speed = maker.Of("tokens_per_second",
                         {.title = "Speed",
                          .unit = "tokens per second",
                          .quantity = Quantity::kCount},
                         true);
  if (runs.size() == 1) {
    speed.curves[0].label = "smoothed";
    speed.curves.insert(
        speed.curves.begin(),
        {"each step", runs[0].Field("tokens_per_second"), 0, Stroke::kFaint});
  }
  charts.push_back(std::move(speed));
  return charts;
}

}  // namespace artspeak::train
