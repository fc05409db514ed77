// What a run's folder tells of its training, read back for a report while the
// run goes on or years later.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "train/curve.h"

namespace artspeak::train {

// What settings.json tells (docs/formats.md), as a person would read it:
// "training_tokens": 12345 is ("training tokens", "12,345").
struct SettingsSection {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
};

struct SampleSet {
  int64_t step = 0;
  std::vector<std::string> texts;  // in the order of their prompts
};

struct RunRecord {
  std::string name;
  // Every number of log.jsonl by the field's name, over steps. A line without a
  // step counts as of step 0.
  std::map<std::string, Curve, std::less<>> log;
  double seconds = 0;              // of training, all starts together
  std::vector<SampleSet> samples;  // the newest first
  size_t samples_left_out = 0;     // steps whose texts are not in `samples`
  std::vector<SettingsSection> settings;
  std::vector<std::string> sample_prompts;  // empty: one, as documents begin

  // Empty when the field was never logged.
  const Curve& Field(std::string_view name) const;
  // The best validation: the one whose checkpoint is kept, where the log says
  // so, else the lowest. They differ when the data set changed, since losses on
  // other text do not compare. None where nothing was validated.
  std::optional<Point> Best() const;
  // The value in settings; empty when it is not there.
  std::string Setting(std::string_view section, std::string_view name) const;
};

// Reads a run's folder again and again, of its log only what is new. What is
// missing, torn or not understood is passed over. Not thread-safe.
class RunRecordReader {
 public:
  RunRecordReader(std::filesystem::path run, std::string name);

  // As the folder is now. Throws Error when a file cannot be read.
  const RunRecord& Read();

 private:
  void ReadLog();
  void ReadSamples();
  void ReadSettings();

  std::filesystem::path run_;
  RunRecord record_;
  uint64_t log_bytes_ = 0;      // read so far, whole lines
  double start_ = 0;            // of the last line
  double start_seconds_ = 0;    // in the last line, since that start
  double earlier_seconds_ = 0;  // of the starts before
};

// True if a run's log, samples or checkpoints are in the folder.
bool IsRun(const std::filesystem::path& directory);

}  // namespace artspeak::train
