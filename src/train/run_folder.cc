#include "train/run_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "gpt2/model_directory.h"
#include "train/checksums.h"

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

// A checkpoint's step and, for the second of that step, its number: of
// "000500-2" 500 and 2.
std::pair<int64_t, int64_t> OrderOf(const fs::path& checkpoint) {
  const std::string name = checkpoint.filename().string();
  const char* end = name.data() + name.size();
  std::pair<int64_t, int64_t> order = {0, 1};
  const char* at = std::from_chars(name.data(), end, order.first).ptr;
  if (at != end && *at == '-') std::from_chars(at + 1, end, order.second);
  return order;
}

// The newest checkpoint that can be gone on from, whatever links say. It has
// its name only since it is whole.
std::optional<fs::path> NewestCheckpoint(const fs::path& run) {
  std::optional<fs::path> newest;
  std::error_code fault;
  for (const fs::path& entry : Entries(run / "checkpoints")) {
    if (entry.extension() == kTemporary) continue;
    if (!fs::exists(entry / "state", fault)) continue;
    if (!newest || OrderOf(*newest) < OrderOf(entry)) newest = entry;
  }
  return newest;
}

std::string Joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

bool RunFolder::IsIn(const fs::path& directory) {
  std::error_code fault;
  return fs::exists(fs::symlink_status(directory / "latest", fault)) ||
         NewestCheckpoint(directory).has_value();
}

RunFolder::RunFolder(const fs::path& directory) : directory_(directory) {
  base::MakeDirectories(directory_);
  lock_.emplace(directory_ / "lock");
  base::MakeDirectories(directory_ / "checkpoints");
  base::MakeDirectories(directory_ / "samples");
  FindLatest();
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
        "{} points at {}, which is gone: put it back, or remove that link and "
        "{}",
        (directory_ / "latest").string(), checkpoint.string(), WaysOn());
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

void RunFolder::FindLatest() {
  if (LatestCheckpoint()) return;
  // A crash came before the first link, or a copy left links out.
  if (const auto newest = NewestCheckpoint(directory_)) {
    base::ReplaceLinkAtomically(fs::path("checkpoints") / newest->filename(),
                                directory_ / "latest");
  }
}

void RunFolder::FollowLatest() {
  const std::optional<fs::path> latest = LatestCheckpoint();
  if (!latest) return;  // then it is not known what is left over
  if (LinkTarget(model()) != fs::path("latest/model")) {
    base::ReplaceLinkAtomically("latest/model", model());
  }
  const std::optional<fs::path> best = BestCheckpoint(*latest);
  const fs::path link = directory_ / "best";
  if (!best) {
    Remove(link);
  } else if (const fs::path target = fs::path("checkpoints") / best->filename();
             LinkTarget(link) != target) {
    base::ReplaceLinkAtomically(target, link);
  }
  for (const fs::path& entry : Entries(directory_ / "checkpoints")) {
    const bool is_latest = entry.filename() == latest->filename();
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
  TrainerState state = train::LoadState(directory_ / "latest" / "state");
  const std::optional<fs::path> latest = LatestCheckpoint();
  if (state.best_step && latest && !BestCheckpoint(*latest)) {
    // The next validation is the first best that has a checkpoint.
    state.best_step.reset();
    state.best_validation_loss.reset();
  }
  return state;
}

std::string RunFolder::WaysOn() const {
  std::error_code fault;
  const fs::path best = directory_ / "best";
  const bool has_best = fs::is_directory(best, fault) &&
                        !fs::equivalent(best, directory_ / "latest", fault) &&
                        DamagedFiles(best / "model").empty();
  return fmt::format("{}begin again with --restore-from fresh",
                     has_best
                         ? fmt::format("begin again with its best checkpoint, "
                                       "--restore-from {}, or ",
                                       best.string())
                         : "");
}

std::optional<std::string> RunFolder::BestFault() const {
  const std::optional<fs::path> latest = LatestCheckpoint();
  const std::optional<fs::path> best =
      latest ? BestCheckpoint(*latest) : std::nullopt;
  if (!best || best->filename() == latest->filename()) return std::nullopt;
  const std::vector<std::string> damaged = DamagedFiles(*best / "model");
  if (damaged.empty()) return std::nullopt;
  return fmt::format(
      "the best checkpoint {} is damaged ({}), the run goes on from its last "
      "one; remove that folder, and the next validation makes a new best",
      best->string(), Joined(damaged));
}

gpt2::Parameters RunFolder::LoadParameters(const TrainerState& state) const {
  const std::vector<std::string> damaged = DamagedFiles(model());
  if (!damaged.empty()) {
    throw base::Error(
        "{} is damaged, or somebody changed it ({} is not as it was saved): "
        "put the file back from a copy, or {}",
        model().string(), Joined(damaged), WaysOn());
  }
  gpt2::Parameters parameters = gpt2::LoadParameters(model());
  const size_t moments = state.moments.size();
  const size_t trained =
      state.adapters.empty() ? parameters.flat().size() : state.adapters.size();
  if (Digest(parameters) != state.parameters_digest ||
      (moments != 0 && moments != trained)) {
    throw base::Error(
        "the model in {} is not the one its state belongs to (damaged, or "
        "replaced): copy it elsewhere and go on from it with --restore-from "
        "DIR, or {}",
        model().string(), WaysOn());
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
    WriteChecksums(folder.path() / "model");
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
  SyncLog(directory_ / "log.jsonl");
  base::ReplaceLinkAtomically(fs::path("checkpoints") / name,
                              directory_ / "latest");
  FollowLatest();
}

void RunFolder::AppendLog(LogLine line) {
  line.start = start_;
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
  start_ = RollLogBack(directory_ / "log.jsonl", step) + 1;
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
