#include "train/run_folder.h"

#include <fmt/format.h>

#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "gpt2/model_directory.h"

namespace artspeak::train {

namespace fs = std::filesystem;

namespace {

constexpr const char* kTemporary = ".tmp";
constexpr const char* kBest = "best";  // in a checkpoint

std::vector<fs::path> Entries(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code fault;
  for (fs::directory_iterator it(directory, fault), end; !fault && it != end;
       it.increment(fault)) {
    entries.push_back(it->path());
  }
  return entries;
}

// Removing is tidying: what cannot be removed now is tried at the next start.
void Remove(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

// A folder that vanishes unless it was renamed.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const fs::path& path) : path_(path) {
    Remove(path_);
    base::MakeDirectories(path_);
  }
  ~TemporaryFolder() { Remove(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string Digest(const gpt2::Parameters& parameters) {
  const std::span<const float> flat = parameters.flat();
  return base::Blake2bHex(
      {reinterpret_cast<const char*>(flat.data()), flat.size_bytes()});
}

// Empty when there is no such link.
fs::path LinkTarget(const fs::path& link) {
  std::error_code fault;
  return fs::read_symlink(link, fault);
}

std::string StepName(int64_t step) { return fmt::format("{:06}", step); }

}  // namespace

RunFolder::RunFolder(const fs::path& directory) : directory_(directory) {
  base::MakeDirectories(directory_);
  lock_.emplace(directory_ / "lock");
  base::MakeDirectories(directory_ / "checkpoints");
  base::MakeDirectories(directory_ / "samples");
  FollowLatest();
  RemoveTemporaries();
}

std::optional<fs::path> RunFolder::LatestCheckpoint() const {
  std::error_code fault;
  for (const fs::path& link :
       {directory_ / "latest", directory_ / "best", model()}) {
    // Nothing could be saved then, and all checkpoints would seem left over.
    if (fs::is_directory(fs::symlink_status(link, fault))) {
      throw base::Error(
          "{} is a folder where a link should be, as in a copy that followed "
          "the links: copy the run again with links kept (cp -a, rsync -a)",
          link.string());
    }
  }
  const fs::path target = fs::read_symlink(directory_ / "latest", fault);
  if (fault) return std::nullopt;
  const fs::path checkpoint = directory_ / target;
  if (!fs::is_directory(checkpoint, fault)) {
    throw base::Error(
        "{} points at {}, which is gone: put it back, or start "
        "the run again with --restore-from fresh after removing "
        "that link",
        (directory_ / "latest").string(), checkpoint.string());
  }
  return checkpoint;
}

std::optional<fs::path> RunFolder::BestCheckpoint(
    const fs::path& checkpoint) const {
  std::error_code fault;
  if (!fs::exists(checkpoint / kBest, fault)) return std::nullopt;
  const fs::path name = base::ReadFile(checkpoint / kBest);
  // Nothing but the name of a checkpoint.
  if (name != name.filename() || name.string().starts_with('.')) {
    return std::nullopt;
  }
  const fs::path best = directory_ / "checkpoints" / name;
  if (!fs::is_directory(best / "model", fault)) return std::nullopt;
  return best;
}

void RunFolder::RemoveTemporaries() {
  for (const fs::path& folder :
       {directory_, directory_ / "checkpoints", directory_ / "samples"}) {
    for (const fs::path& entry : Entries(folder)) {
      if (entry.extension() == kTemporary) Remove(entry);
    }
  }
}

void RunFolder::FollowLatest() {
  const std::optional<fs::path> latest = LatestCheckpoint();
  const std::optional<fs::path> best =
      latest ? BestCheckpoint(*latest) : std::nullopt;
  const fs::path link = directory_ / "best";
  if (!best) {
    Remove(link);
  } else if (const fs::path target = fs::path("checkpoints") / best->filename();
             LinkTarget(link) != target) {
    base::ReplaceLinkAtomically(target, link);
  }
  for (const fs::path& entry : Entries(directory_ / "checkpoints")) {
    const bool is_latest = latest && entry.filename() == latest->filename();
    const bool is_best = best && entry.filename() == best->filename();
    if (is_best && !is_latest) {
      Remove(entry / "state");
    } else if (!is_latest) {
      Remove(entry);
    }
  }
}

bool RunFolder::HasCheckpoint() const { return LatestCheckpoint().has_value(); }

TrainerState RunFolder::LoadState() const {
  return train::LoadState(directory_ / "latest" / "state");
}

gpt2::Parameters RunFolder::LoadParameters(const TrainerState& state) const {
  gpt2::Parameters parameters = gpt2::LoadParameters(model());
  const size_t moments = state.moments.size();
  const size_t trained =
      state.adapters.empty() ? parameters.flat().size() : state.adapters.size();
  if (Digest(parameters) != state.parameters_digest ||
      (moments != 0 && moments != trained)) {
    throw base::Error(
        "the model in {} is not the one its state belongs to (damaged, or "
        "replaced): copy it elsewhere and go on from it with --restore-from "
        "DIR, or start again with --restore-from fresh",
        model().string());
  }
  return parameters;
}

void RunFolder::Save(const gpt2::Parameters& parameters,
                     const text::Tokenizer& tokenizer, TrainerState& state) {
  const fs::path checkpoints = directory_ / "checkpoints";
  const std::optional<fs::path> before = LatestCheckpoint();
  const std::optional<fs::path> best =
      before ? BestCheckpoint(*before) : std::nullopt;
  // A run started again may reach a step that the old one's checkpoint has.
  std::string name = StepName(state.step);
  for (int i = 2; fs::exists(checkpoints / name); ++i) {
    name = fmt::format("{}-{}", StepName(state.step), i);
  }

  state.parameters_digest = Digest(parameters);
  {
    const TemporaryFolder folder(checkpoints / (name + kTemporary));
    gpt2::SaveModel(folder.path() / "model", parameters.config(), parameters);
    tokenizer.Save(folder.path() / "model");
    SaveState(folder.path() / "state", state);
    if (state.best_step == state.step) {
      base::WriteFileAtomically(folder.path() / kBest, name);
    } else if (state.best_step && best) {
      base::WriteFileAtomically(folder.path() / kBest,
                                best->filename().string());
    }
    base::SyncDirectory(folder.path());
    std::error_code fault;
    fs::rename(folder.path(), checkpoints / name, fault);
    if (fault) {
      throw base::Error("cannot save {}: {}", (checkpoints / name).string(),
                        fault.message());
    }
  }
  base::SyncDirectory(checkpoints);
  base::ReplaceLinkAtomically(fs::path("checkpoints") / name,
                              directory_ / "latest");
  if (LinkTarget(model()) != fs::path("latest/model")) {
    base::ReplaceLinkAtomically("latest/model", model());
  }
  FollowLatest();
}

void RunFolder::AppendLog(const LogLine& line) {
  AppendToLog(directory_ / "log.jsonl", line);
}

void RunFolder::SaveSamples(int64_t step,
                            std::span<const std::string> samples) {
  std::string content;
  for (const std::string& sample : samples) {
    content += sample;
    if (!content.ends_with('\n')) content += '\n';
    content += kSampleDelimiter;
  }
  base::WriteFileAtomically(directory_ / "samples" / (StepName(step) + ".txt"),
                            content);
}

void RunFolder::RollBack(int64_t step) {
  RollLogBack(directory_ / "log.jsonl", step);
  const std::string last = StepName(step) + ".txt";
  for (const fs::path& entry : Entries(directory_ / "samples")) {
    const std::string name = entry.filename().string();
    // A longer number is a later step: names have six digits up to a million.
    if (name.size() > last.size() ||
        (name.size() == last.size() && name > last)) {
      Remove(entry);
    }
  }
}

}  // namespace artspeak::train
