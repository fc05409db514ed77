// A run's folder, runs/NAME/, and the order of writing that keeps its last
// checkpoint whole whatever happens.
//
//   lock                          held by the one trainer at work here
//   settings.json                 run_record.h: what the report tells of it
//   checkpoints/000500/model/     a model directory with its tokenizer and
//                                 checksums.h
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
// then does `latest` point at it and are older ones removed: a crash, a kill,
// a power cut or a full disk at any moment leaves the one or the other, whole.
// The order of writing, each made durable before the next: the checkpoint's
// files; their folders; its name; the log, whose lines it counts on; `latest`;
// `best`. Then what is left over goes. The best checkpoint is named inside the
// last one, so both become current in that one step; the other links are made
// again from there when a crash came before them, or a copy left them out.
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
  // Makes the folder if need be, locks it, makes links anew that are missing
  // and removes what a crash left half done. Throws Error when another trainer
  // works there.
  explicit RunFolder(const std::filesystem::path& directory);

  // True if there is a run to go on with; locks and changes nothing.
  static bool IsIn(const std::filesystem::path& directory);

  const std::filesystem::path& directory() const { return directory_; }
  // The model of the last checkpoint: runs/NAME/model.
  std::filesystem::path model() const { return directory_ / "model"; }

  bool HasCheckpoint() const;
  // The state of the last checkpoint; without a best where that checkpoint is
  // gone. Throws Error when it is damaged.
  TrainerState LoadState() const;
  // Its parameters, checked against `state`. Throws Error when they differ, or
  // a file of the model is damaged.
  gpt2::Parameters LoadParameters(const TrainerState& state) const;
  // What to tell of the best checkpoint when it is not the last and a file of
  // it is damaged.
  std::optional<std::string> BestFault() const;

  // Saves the next checkpoint, durable when it returns, as the best one too if
  // state.best_step is its step, and removes those that are neither. Without
  // best_step there is no best one. Sets state.parameters_digest. On Error what
  // was saved before stands.
  void Save(const gpt2::Parameters& parameters,
            const text::Tokenizer& tokenizer, TrainerState& state);

  // The line's start is that of this object.
  void AppendLog(LogLine line);
  // Texts of one step, in the order of their prompts.
  void SaveSamples(int64_t step, std::span<const std::string> samples);
  // Removes log lines and samples of steps after `step`; what is logged then is
  // of a new start.
  void RollBack(int64_t step);

 private:
  // What `latest` points at, when that exists.
  std::optional<std::filesystem::path> LatestCheckpoint() const;
  // The checkpoint that `checkpoint` names as the best, when that exists.
  std::optional<std::filesystem::path> BestCheckpoint(
      const std::filesystem::path& checkpoint) const;
  // What to type when the last checkpoint cannot be gone on from.
  std::string WaysOn() const;
  void RemoveTemporaries();
  // Makes `latest` where it is missing and a checkpoint is there.
  void FindLatest();
  // Makes `model`, `best` and the checkpoints what `latest` says they are.
  void FollowLatest();

  std::filesystem::path directory_;
  int64_t start_ = 1;
  std::optional<base::FileLock> lock_;
};

}  // namespace artspeak::train
