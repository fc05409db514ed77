#include "service/live_text.h"

#include "service/review.h"

namespace artspeak::service {

void LiveText::Begin(std::string_view review_id, int attempt) {
  const std::scoped_lock lock(mutex_);
  jobs_.insert_or_assign(
      std::string(review_id),
      Job{attempt, std::vector<UnfinishedText>(kTextsPerReview,
                                               {{.attempt = attempt}, ""})});
}

void LiveText::Append(std::string_view review_id, int place, const Run& run,
                      std::string_view piece) {
  {
    const std::scoped_lock lock(mutex_);
    const auto job = jobs_.find(review_id);
    if (job == jobs_.end() || job->second.attempt != run.attempt) return;
    UnfinishedText& text = job->second.texts.at(static_cast<size_t>(place));
    if (run < text.run) return;
    if (run > text.run) text = {run, ""};
    if (text.text.size() + piece.size() > kMaxBytes) return;
    text.text += piece;
  }
  doorbell_.Ring();
}

void LiveText::End(std::string_view review_id, int attempt) {
  const std::scoped_lock lock(mutex_);
  const auto job = jobs_.find(review_id);
  if (job != jobs_.end() && job->second.attempt == attempt) jobs_.erase(job);
}

void LiveText::NoteChange() {
  changed_ = true;
  doorbell_.Ring();
}

std::optional<std::vector<UnfinishedText>> LiveText::Read(
    std::string_view review_id) const {
  const std::scoped_lock lock(mutex_);
  const auto job = jobs_.find(review_id);
  if (job == jobs_.end()) return std::nullopt;
  return job->second.texts;
}

}  // namespace artspeak::service
