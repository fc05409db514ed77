// A run's folder, runs/NAME/, and the order of writing that keeps its last
// checkpoint whole whatever happens.
//
//   lock                          held by the one trainer at work here
//   checkpoints/000500/model/     a model directory with its tokenizer
//   checkpoints/000500/state      trainer_state.h
//   latest -> checkpoints/000500  swapped in one step
//   model -> latest/model         what other commands open
//   tokens                        corpus/token_file.h; can be made again
//   originality                   corpus/passage_file.h; likewise
//   log.jsonl                     training_log.h
//   samples/000500.txt            what the model wrote at that step
//
// A checkpoint is written under a temporary name, synced, renamed, and only
// then does `latest` point at it and are older ones removed: a crash, a kill
// or a full disk at any moment leaves the one or the other, whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "base/file.h"
#include "gpt2/parameters.h"
#include "text/tokenizer.h"
#include "train/trainer_state.h"
#include "train/training_log.h"

namespace artspeak::train {

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

  // Saves the next checkpoint, durable when it returns, and removes the one
  // before. Sets state.parameters_digest. On Error the one before stands.
  void Save(const gpt2::Parameters& parameters,
            const text::Tokenizer& tokenizer, TrainerState& state);

  void AppendLog(const LogLine& line);
  void SaveSamples(int64_t step, std::span<const std::string> samples);
  // Removes log lines and samples of steps after `step`.
  void RollBack(int64_t step);

 private:
  // What `latest` points at, when that exists.
  std::optional<std::filesystem::path> LatestCheckpoint() const;
  void RemoveLeftovers();

  std::filesystem::path directory_;
  std::optional<base::FileLock> lock_;
};

}  // namespace artspeak::train
