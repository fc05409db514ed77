#include "train/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "train/chart.h"
#include "train/run_folder.h"

namespace artspeak::train {

namespace fs = std::filesystem;

namespace {

constexpr size_t kNewestSets = 8;  // of samples, in any case
constexpr size_t kOlderSets = 16;  // evenly among the others
constexpr std::string_view kTraining = "training";
constexpr double kGreatest = 1e15;  // a number above is none that was measured

// The file's bytes from `begin` on; nothing when it is missing.
std::optional<std::string> ReadFrom(const fs::path& path, uint64_t begin) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  try {
    file.seekg(static_cast<std::streamoff>(begin));
    return std::string(std::istreambuf_iterator<char>(file), {});
  } catch (const std::ios_base::failure&) {  // a folder, a broken disk
    throw base::Error("cannot read {}: put a readable file there, or remove it",
                      path.string());
  }
}

// Counts with commas, but for the options: those are as one types them.
std::string Shown(const nlohmann::ordered_json& value, bool is_option = true) {
  if (value.is_number_integer() && !is_option) {
    return FormatQuantity(Quantity::kCount, value.get<double>());
  }
  if (value.is_number_float()) return fmt::format("{:g}", value.get<double>());
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string WithSpaces(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

// Where the first line that is a delimiter begins; the end when none is.
size_t FindDelimiter(std::string_view content) {
  size_t at = content.find(kSampleDelimiter);
  while (at != 0 && at != content.npos && content[at - 1] != '\n') {
    at = content.find(kSampleDelimiter, at + 1);
  }
  return std::min(at, content.size());
}

std::vector<std::string> SplitSamples(std::string_view content) {
  std::vector<std::string> texts;
  while (!content.empty()) {
    const size_t end = FindDelimiter(content);
    texts.emplace_back(content.substr(0, end));
    if (texts.back().ends_with('\n')) texts.back().pop_back();
    content.remove_prefix(
        std::min(end + kSampleDelimiter.size(), content.size()));
  }
  return texts;
}

}  // namespace

const Curve& RunRecord::Field(std::string_view field) const {
  static const Curve kNone;
  const auto found = log.find(field);
  return found == log.end() ? kNone : found->second;
}

std::optional<Point> RunRecord::Best() const {
  const Curve& validation = Field("validation_loss");
  if (validation.empty()) return std::nullopt;
  const Curve& best = Field("best_step");
  for (const Point& point : validation) {
    if (!best.empty() && point.x == best.back().y) return point;
  }
  return *std::min_element(
      validation.begin(), validation.end(),
      [](const Point& a, const Point& b) { return a.y < b.y; });
}

std::string RunRecord::Setting(std::string_view section,
                               std::string_view wanted) const {
  for (const SettingsSection& candidate : settings) {
    if (candidate.name != section) continue;
    for (const auto& [name, value] : candidate.values) {
      if (name == wanted) return value;
    }
  }
  return "";
}

RunRecordReader::RunRecordReader(fs::path run, std::string name)
    : run_(std::move(run)) {
  record_.name = std::move(name);
}

const RunRecord& RunRecordReader::Read() {
  ReadLog();
  ReadSamples();
  ReadSettings();
  return record_;
}

void RunRecordReader::ReadLog() {
  const fs::path path = run_ / "log.jsonl";
  std::error_code missing;
  const uint64_t size = fs::file_size(path, missing);
  if (missing || size < log_bytes_) {  // it was rolled back
    record_.log.clear();
    log_bytes_ = 0;
    start_ = start_seconds_ = earlier_seconds_ = record_.seconds = 0;
  }
  const std::string content = ReadFrom(path, log_bytes_).value_or("");
  std::string_view rest = content;
  for (size_t end; (end = rest.find('\n')) != std::string_view::npos;) {
    const auto line =
        nlohmann::json::parse(rest.substr(0, end), nullptr, false);
    rest.remove_prefix(end + 1);
    log_bytes_ += end + 1;
    if (!line.is_object()) continue;
    const auto number = [&](const nlohmann::json& value) {
      const bool sound =
          value.is_number() && std::abs(value.get<double>()) < kGreatest;
      return sound ? std::optional(value.get<double>()) : std::nullopt;
    };
    const double step =
        line.contains("step") ? number(line["step"]).value_or(0) : 0;
    const double start =
        line.contains("start") ? number(line["start"]).value_or(0) : 0;
    for (const auto& [field, value] : line.items()) {
      const std::optional<double> y = number(value);
      if (!y || field == "step" || field == "start") continue;
      Curve& curve = record_.log[field];
      if (curve.empty() || curve.back().x <= step) curve.push_back({step, *y});
      if (field != "seconds") continue;
      // Lines of old have no start, and only less time tells of a new one.
      if (start != start_ || *y < start_seconds_) {
        earlier_seconds_ += start_seconds_;
      }
      start_ = start;
      start_seconds_ = *y;
      record_.seconds = earlier_seconds_ + start_seconds_;
    }
  }
}

void RunRecordReader::ReadSamples() {
  std::vector<std::pair<int64_t, fs::path>> files;
  std::error_code fault;
  for (fs::directory_iterator it(run_ / "samples", fault), end;
       !fault && it != end; it.increment(fault)) {
    const std::string stem = it->path().stem().string();
    int64_t step = 0;
    const auto [stop, error] =
        std::from_chars(stem.data(), stem.data() + stem.size(), step);
    if (error != std::errc() || stop != stem.data() + stem.size() ||
        it->path().extension() != ".txt") {
      continue;
    }
    files.emplace_back(step, it->path());
  }
  std::sort(files.rbegin(), files.rend());

  record_.samples.clear();
  const auto add = [this](const std::pair<int64_t, fs::path>& file) {
    // It may have gone since the folder was listed.
    const std::optional<std::string> content = ReadFrom(file.second, 0);
    if (!content) return;
    record_.samples.push_back({file.first, SplitSamples(*content)});
  };
  const size_t newest = std::min(kNewestSets, files.size());
  for (size_t i = 0; i < newest; ++i) add(files[i]);
  // The first of all among them: from it one sees how far it came.
  const size_t others = files.size() - newest;
  const size_t older = std::min(kOlderSets, others);
  for (size_t i = 1; i <= older; ++i) {
    add(files[newest + others * i / older - 1]);
  }
  record_.samples_left_out = others - older;
}

void RunRecordReader::ReadSettings() {
  record_.settings.clear();
  record_.sample_prompts.clear();
  const auto json = nlohmann::ordered_json::parse(
      ReadFrom(run_ / "settings.json", 0).value_or(""), nullptr, false);
  if (!json.is_object()) return;
  for (const auto& [section, values] : json.items()) {
    if (!values.is_object()) continue;
    SettingsSection& read = record_.settings.emplace_back();
    read.name = section;
    for (const auto& [name, value] : values.items()) {
      read.values.emplace_back(WithSpaces(name),
                               Shown(value, section == kTraining));
      if (name != "sample-prompt" || !value.is_array()) continue;
      for (const auto& prompt : value) {
        record_.sample_prompts.push_back(Shown(prompt));
      }
    }
  }
}

bool IsRun(const fs::path& directory) {
  std::error_code fault;
  return fs::is_regular_file(directory / "log.jsonl", fault) ||
         fs::is_directory(directory / "checkpoints", fault);
}

}  // namespace artspeak::train
