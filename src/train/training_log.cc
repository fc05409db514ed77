#include "train/training_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::train {

namespace fs = std::filesystem;

void AppendToLog(const fs::path& path, const LogLine& line) {
  nlohmann::ordered_json json = {
      {"step", line.step}, {"tokens", line.tokens}, {"loss", line.loss}};
  if (line.validation_loss) json["validation_loss"] = *line.validation_loss;
  if (line.best_step) json["best_step"] = *line.best_step;
  json["learning_rate"] = line.learning_rate;
  json["tokens_per_second"] = line.tokens_per_second;
  json["start"] = line.start;
  json["seconds"] = line.seconds;
  json["peak_memory_bytes"] = line.peak_memory_bytes;
  if (line.originality) {
    json["longest_copy"] = line.originality->longest_copy;
    json["copied_share"] = line.originality->copied_share;
  }
  if (line.human_originality) {
    json["human_longest_copy"] = line.human_originality->longest_copy;
    json["human_copied_share"] = line.human_originality->copied_share;
  }
  const std::string text = json.dump() + "\n";

  const int file =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  const ssize_t written = file < 0 ? -1 : write(file, text.data(), text.size());
  const int error = errno;
  if (file >= 0) close(file);
  if (written != static_cast<ssize_t>(text.size())) {
    throw base::Error(
        "cannot write {}: {}; the last checkpoint stands, the "
        "same command goes on from there",
        path.string(), written < 0 ? std::strerror(error) : "the disk is full");
  }
}

void SyncLog(const fs::path& path) {
  if (!fs::exists(path)) return;
  base::SyncFile(path);
  base::SyncDirectory(path.parent_path());  // its name, if it is new
}

int64_t RollLogBack(const fs::path& path, int64_t step) {
  if (!fs::exists(path)) return 0;
  const std::string content = base::ReadFile(path);
  std::string kept;
  int64_t start = 0;
  std::string_view rest = content;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;  // torn
    const std::string_view line = rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("step") ||
        !json["step"].is_number_integer() ||
        json["step"].get<int64_t>() > step) {
      continue;
    }
    kept += line;
    // A log of old has no starts: all of it counts as one.
    start = 1;
    if (json.contains("start") && json["start"].is_number_integer()) {
      start = json["start"].get<int64_t>();
    }
  }
  if (kept != content) base::WriteFileAtomically(path, kept);
  return start;
}

}  // namespace artspeak::train
