#include "train/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/progress.h"
#include "train/html.h"
#include "train/report_charts.h"
#include "train/report_style.h"

namespace artspeak::train {

namespace {

// A figure of the run's, in words.
struct KeyFigure {
  std::string name;
  std::string value;
  std::string note;
};

std::string Amount(double value) {
  if (value >= 1e9) return fmt::format("{:.3g} billion", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.3g} million", value / 1e6);
  return FormatQuantity(Quantity::kCount, value);
}

std::string Bytes(double value) {
  if (value >= 1e9) return fmt::format("{:.3g} GB", value / 1e9);
  return fmt::format("{:.0f} MB", value / 1e6);
}

std::string Words(double count) {
  return fmt::format("{} {}", FormatQuantity(Quantity::kCount, count),
                     count == 1 ? "word" : "words");
}

std::vector<KeyFigure> KeyFigures(const RunRecord& run) {
  std::vector<KeyFigure> figures;
  const Curve& loss = run.Field("loss");
  const Curve& validation = run.Field("validation_loss");
  if (!loss.empty()) {
    const double steps =
        std::strtod(run.Setting("training", "steps").c_str(), nullptr);
    figures.push_back(
        {"Step", FormatQuantity(Quantity::kCount, loss.back().x),
         steps == 0 ? "" : "of " + FormatQuantity(Quantity::kCount, steps)});
    figures.push_back({"Training loss",
                       FormatQuantity(Quantity::kLoss, Smoothed(loss).back().y),
                       "nats per token"});
  }
  if (const std::optional<Point> best = run.Best()) {
    figures.push_back(
        {"Validation loss",
         FormatQuantity(Quantity::kLoss, validation.back().y),
         *best == validation.back()
             ? "the best so far"
             : fmt::format("best {} at step {}",
                           FormatQuantity(Quantity::kLoss, best->y),
                           FormatQuantity(Quantity::kCount, best->x))});
  }
  if (const Curve& copy = run.Field("longest_copy"); !copy.empty()) {
    const Curve& human = run.Field("human_longest_copy");
    figures.push_back(
        {"Longest copy", Words(copy.back().y),
         human.empty() ? "" : "people: " + Words(human.back().y)});
  }
  if (const Curve& tokens = run.Field("tokens"); !tokens.empty()) {
    const Curve& speed = run.Field("tokens_per_second");
    figures.push_back(
        {"Tokens trained", Amount(tokens.back().y),
         speed.empty() ? "" : Amount(Smoothed(speed).back().y) + " a second"});
  }
  if (run.seconds > 0) {
    figures.push_back(
        {"Time", base::FormatDuration(run.seconds), "of training"});
  }
  if (const Curve& memory = run.Field("peak_memory_bytes"); !memory.empty()) {
    const auto peak = std::max_element(
        memory.begin(), memory.end(),
        [](const Point& a, const Point& b) { return a.y < b.y; });
    figures.push_back({"Peak memory", Bytes(peak->y), ""});
  }
  return figures;
}

class Page {
 public:
  Page(std::span<const RunRecord> runs, std::string_view written)
      : runs_(runs), written_(written) {}

  std::string Document() {
    Head();
    Add("<body>\n<header>\n<h1>{}</h1>\n", EscapeHtml(Title()));
    Lead();
    Add("</header>\n");
    if (runs_.size() == 1) Figures(runs_[0]);
    Charts();
    Samples();
    if (runs_.size() == 1) {
      Settings(runs_[0]);
    } else {
      Comparison();
    }
    Add("<footer>Written by artspeak, {}</footer>\n</body>\n</html>\n",
        EscapeHtml(written_));
    return std::move(html_);
  }

 private:
  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(html_), format,
                   std::forward<Args>(args)...);
  }

  std::string Title() const {
    std::string title;
    for (const RunRecord& run : runs_) {
      title += (title.empty() ? "" : " · ") + run.name;
    }
    return title;
  }

  void Head() {
    Add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
        "<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
        "'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action "
        "'none'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\"/>\n"
        "<title>{} · training</title>\n<style>{}</style>\n</head>\n",
        EscapeHtml(Title()), kReportStyle);
  }

  void Lead() {
    if (runs_.size() > 1) {
      Add("<p class=\"lead\">{} runs side by side</p>\n", runs_.size());
      return;
    }
    const std::string base = runs_[0].Setting("model", "began with");
    const std::string dataset = runs_[0].Setting("data", "data set");
    if (base.empty() || dataset.empty()) return;
    Add("<p class=\"lead\">{} on {}</p>\n",
        base == "new" ? "A new model" : EscapeHtml(base), EscapeHtml(dataset));
  }

  void Figures(const RunRecord& run) {
    const std::vector<KeyFigure> figures = KeyFigures(run);
    if (figures.empty()) {
      Add("<p>Nothing is measured yet.</p>\n");
      return;
    }
    Add("<dl class=\"key\">\n");
    for (const KeyFigure& figure : figures) {
      Add("<div><dt>{}</dt><dd>{}", figure.name, EscapeHtml(figure.value));
      if (!figure.note.empty()) {
        Add("<small>{}</small>", EscapeHtml(figure.note));
      }
      Add("</dd></div>\n");
    }
    Add("</dl>\n");
  }

  void Charts() {
    std::string charts;
    for (const Chart& chart : ReportCharts(runs_)) charts += RenderChart(chart);
    if (charts.empty()) return;
    // Of one run the first chart tells the most; of several the first two.
    Add("<div class=\"charts{}\">\n{}</div>\n",
        runs_.size() == 1 ? " first" : "", charts);
  }

  // One text, what it was given in grey, and no more than one empty line at a
  // time: a young model writes pages of them.
  void Text(const RunRecord& run, size_t index, const std::string& text) {
    std::string_view rest = text;
    Add("<p dir=\"auto\">");
    const std::string_view prompt = index < run.sample_prompts.size()
                                        ? run.sample_prompts[index]
                                        : std::string_view();
    if (!prompt.empty() && rest.starts_with(prompt)) {
      Add("<span class=\"said\">{}</span>", EscapeHtml(prompt));
      rest.remove_prefix(prompt.size());
    }
    std::string shown;
    for (const char c : rest) {
      if (c != '\n' || !shown.ends_with("\n\n")) shown += c;
    }
    Add("{}</p>", EscapeHtml(shown));
  }

  void Samples() {
    const bool any =
        std::any_of(runs_.begin(), runs_.end(),
                    [](const RunRecord& run) { return !run.samples.empty(); });
    if (!any) return;
    Add("<section>\n<h2>What it writes</h2>\n");
    if (runs_.size() == 1) {
      const RunRecord& run = runs_[0];
      for (const SampleSet& set : run.samples) {
        Add("<h3>Step {}</h3>\n<div class=\"texts\">\n",
            FormatQuantity(Quantity::kCount, static_cast<double>(set.step)));
        for (size_t i = 0; i < set.texts.size(); ++i) {
          Add("<div>");
          Text(run, i, set.texts[i]);
          Add("</div>\n");
        }
        Add("</div>\n");
      }
      if (run.samples_left_out > 0) {
        Add("<p class=\"lead\">The texts of {} more steps lie in the run's "
            "folder samples.</p>\n",
            run.samples_left_out);
      }
    } else {
      Add("<div class=\"texts\">\n");
      for (size_t i = 0; i < runs_.size(); ++i) {
        if (runs_[i].samples.empty()) continue;
        const SampleSet& newest = runs_[i].samples.front();
        Add("<div class=\"{}\"><p class=\"sans\">{}, step {}</p>\n",
            ColourClass(RunColour(i)), EscapeHtml(runs_[i].name),
            FormatQuantity(Quantity::kCount, static_cast<double>(newest.step)));
        for (size_t k = 0; k < newest.texts.size(); ++k) {
          Text(runs_[i], k, newest.texts[k]);
          Add("<br/>\n");
        }
        Add("</div>\n");
      }
      Add("</div>\n");
    }
    Add("</section>\n");
  }

  void Settings(const RunRecord& run) {
    if (run.settings.empty()) return;
    Add("<section>\n<h2>Settings</h2>\n<div class=\"columns\">\n");
    for (const SettingsSection& section : run.settings) {
      Add("<div><h3>{}</h3>\n<table><tbody>\n",
          EscapeHtml(Capitalised(section.name)));
      for (const auto& [name, value] : section.values) {
        Row(name, {EscapeHtml(value)}, false);
      }
      Add("</tbody></table></div>\n");
    }
    Add("</div>\n</section>\n");
  }

  static std::string Capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
    return text;
  }

  // cells: HTML, one for each run.
  void Row(const std::string& name, const std::vector<std::string>& cells,
           bool differs) {
    Add("<tr{}><th scope=\"row\">{}</th>", differs ? " class=\"differs\"" : "",
        EscapeHtml(name));
    for (const std::string& cell : cells) {
      Add("<td>{}</td>", cell.empty() ? "<i>–</i>" : cell);
    }
    Add("</tr>\n");
  }

  void GroupRow(const std::string& name) {
    Add("<tr><th colspan=\"{}\">{}</th></tr>\n", runs_.size() + 1,
        EscapeHtml(Capitalised(name)));
  }

  // A table of figures and settings, a column for each run.
  void Comparison() {
    Add("<section>\n<h2>Figures and settings</h2>\n<div class=\"wide\">"
        "<table>\n<thead><tr><th></th>");
    for (size_t i = 0; i < runs_.size(); ++i) {
      Add("<th scope=\"col\" class=\"{}\">{}</th>", ColourClass(RunColour(i)),
          EscapeHtml(runs_[i].name));
    }
    Add("</tr></thead>\n<tbody>\n");
    CompareFigures();
    CompareSettings();
    Add("</tbody>\n</table></div>\n</section>\n");
  }

  void CompareFigures() {
    std::vector<std::map<std::string, std::string>> of_runs;
    std::vector<std::string> names;
    for (const RunRecord& run : runs_) {
      auto& values = of_runs.emplace_back();
      for (const KeyFigure& figure : KeyFigures(run)) {
        values[figure.name] = fmt::format(
            "{} <i>{}</i>", EscapeHtml(figure.value), EscapeHtml(figure.note));
        if (std::find(names.begin(), names.end(), figure.name) == names.end()) {
          names.push_back(figure.name);
        }
      }
    }
    for (const std::string& name : names) {
      std::vector<std::string> values;
      for (const auto& run : of_runs) {
        const auto found = run.find(name);
        values.push_back(found == run.end() ? "" : found->second);
      }
      Row(name, values, false);
    }
  }

  void CompareSettings() {
    std::set<std::pair<std::string, std::string>> done;
    std::set<std::string> groups;
    for (const RunRecord& first : runs_) {
      for (const SettingsSection& section : first.settings) {
        if (!groups.insert(section.name).second) continue;
        GroupRow(section.name);
        // The names in this section of any run.
        for (const RunRecord& run : runs_) {
          for (const SettingsSection& same : run.settings) {
            if (same.name != section.name) continue;
            for (const auto& [name, value] : same.values) {
              if (!done.insert({section.name, name}).second) continue;
              std::vector<std::string> values;
              for (const RunRecord& each : runs_) {
                values.push_back(EscapeHtml(each.Setting(section.name, name)));
              }
              Row(name, values,
                  std::count(values.begin(), values.end(), values[0]) !=
                      static_cast<ptrdiff_t>(values.size()));
            }
          }
        }
      }
    }
  }

  std::span<const RunRecord> runs_;
  std::string_view written_;
  std::string html_;
};

}  // namespace

std::string RenderReport(std::span<const RunRecord> runs,
                         std::string_view written) {
  return Page(runs, written).Document();
}

}  // namespace artspeak::train
