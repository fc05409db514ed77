// A run's folder, runs/NAME/, and the order of writing that keeps its last
// checkpoint whole whatever happens.
//
//   lock                          held by the one trainer at work here
//   settings.json                 run_record.h: what the report tells of it
//   checkpoints/000500/model/     a model directory with its tokenizer
//   checkpoints/000500/state      trainer_state.h
//   checkpoints/000500/best       the name of the best checkpoint by then
//   latest -> checkpoints/000500  swapped in one step
//   best -> checkpoints/000400    the best by validation; follows from latest
//   model -> latest/model         what other commands open
//   tokens                        corpus/token_file.h; can be made again
//   originality                   corpus/passage_file.h; likewise
//   log.jsonl                     training_log.h
//   samples/000500.txt            what the model wrote at that step
//   report.html                   report.h
//
// A checkpoint is written under a temporary name, synced, renamed, and only
// then does `latest` point at it and are older ones removed: a crash, a kill
// or a full disk at any moment leaves the one or the other, whole. The best
// checkpoint is named inside the last one, so both become current in that one
// step; the link `best` is made again from there when a crash came before it.
// A best that is no longer the last keeps its model and loses its state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"
#include "gpt2/parameters.h"
#include "text/tokenizer.h"
#include "train/trainer_state.h"
#include "train/training_log.h"

namespace artspeak::train {

// A line after every text of a file of samples.
inline constexpr std::string_view kSampleDelimiter = "====================\n";

// Where a trainer begins or goes on: a model and what belongs to it.
struct Snapshot {
  gpt2::Parameters parameters;
  TrainerState state;
};

// Not thread-safe; between processes the lock keeps order.
class RunFolder {
 public:
  // Makes the folder if need be, locks it, and removes what a crash left half
  // done. Throws Error when another trainer works there.
  explicit RunFolder(const std::filesystem::path& directory);

  const std::filesystem::path& directory() const { return directory_; }
  // The model of the last checkpoint: runs/NAME/model.
  std::filesystem::path model() const { return directory_ / "model"; }

  bool HasCheckpoint() const;
  // The state of the last checkpoint. Throws Error when it is damaged.
  TrainerState LoadState() const;
  // Its parameters, checked against `state`. Throws Error when they differ.
  gpt2::Parameters LoadParameters(const TrainerState& state) const;

  // Saves the next checkpoint, durable when it returns, as the best one too if
  // state.best_step is its step, and removes those that are neither. Without
  // best_step there is no best one. Sets state.parameters_digest. On Error what
  // was saved before stands.
  void Save(const gpt2::Parameters& parameters,
            const text::Tokenizer& tokenizer, TrainerState& state);

  void AppendLog(const LogLine& line);
  // Texts of one step, in the order of their prompts.
  void SaveSamples(int64_t step, std::span<const std::string> samples);
  // Removes log lines and samples of steps after `step`.
  void RollBack(int64_t step);

 private:
  // What `latest` points at, when that exists.
  std::optional<std::filesystem::path> LatestCheckpoint() const;
  // The checkpoint that `checkpoint` names as the best, when that exists.
  std::optional<std::filesystem::path> BestCheckpoint(
      const std::filesystem::path& checkpoint) const;
  void RemoveTemporaries();
  // Makes `best` and the checkpoints what `latest` says they are.
  void FollowLatest();

  std::filesystem::path directory_;
  std::optional<base::FileLock> lock_;
};

}  // namespace artspeak::train
