// Walls for the preview: enough for two rooms, with prompts of all lengths.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/gallery_store.h"

namespace artspeak {

class PreviewGallery : public service::GalleryStore {
 public:
  // `texts` are hung in turn, the newest at `now`.
  PreviewGallery(const std::vector<std::string>& texts, base::UnixTime now) {
    const std::pair<const char*, int> prompts[] = {
        {"The artist’s late refusal of the colour blue", 7},
        {"Eleven umbrellas", 3},
        {"It is always awkward to be moved by a sculpture that one has first "
         "walked into,",
         8},
        {"Nobody at the opening would say what the heron meant, and", 7},
        {"“Untitled (after Untitled)” is", 10},
        {"Der graue Raum, in dem das Bild hing, wollte", 6},
        {"There was, we were told, a performance. The audience had been asked "
         "to bring a chair from home, to sit on it facing the wall, and to "
         "think of a museum that had disappointed them; those who had no chair "
         "could",
         9},
        {"Стоя перед картиной,", 5},
        {"Towards a theory of the wall label", 1},
        {"في الغرفة الأخيرة", 4},
        {"I had been told to bring a sandwich, and", 8},
        {"Of her ladders", 2},
        {"The catalogue weighs more than the show", 4},
        {"Is it finished?", 6},
    };
    for (const auto& [prompt, eccentricity] : prompts) {
      const auto n = static_cast<int>(hung_.size());
      service::HungReview& hung = hung_.emplace_back();
      hung.review.id = "00000000000" + std::string(1, "0123456789abcdef"[n]);
      hung.review.prompt = prompt;
      hung.review.eccentricity = eccentricity;
      hung.review.created = hung.hung = now - std::chrono::hours(31 * n);
      hung.review.state = service::ReviewState::kDone;
      hung.review.texts = {texts[static_cast<size_t>(n) % texts.size()]};
    }
  }

  void SetState(std::string_view id, service::GalleryState state) {
    const std::lock_guard lock(mutex_);
    states_[std::string(id)] = state;
  }

  bool Offer(std::string_view id, base::UnixTime) override {
    const std::lock_guard lock(mutex_);
    states_.emplace(id, service::GalleryState::kOffered);
    return true;
  }
  bool Hang(std::string_view, const service::Deed&) override { return false; }
  bool Unhang(std::string_view, const service::Deed&) override { return false; }
  service::GalleryState StateOf(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    const auto it = states_.find(id);
    return it == states_.end() ? service::GalleryState::kNotOffered
                               : it->second;
  }
  service::HungReviews Hung(int offset, int limit) override {
    const int total = static_cast<int>(hung_.size());
    const int from = std::min(offset, total);
    const int to = std::min(total, from + limit);
    return {{hung_.begin() + from, hung_.begin() + to}, total};
  }
  std::vector<service::HungId> HungIds(int) override { return {}; }
  std::vector<service::ReviewSummary> List(service::GalleryState,
                                           int) override {
    return {};
  }

 private:
  std::vector<service::HungReview> hung_;
  std::mutex mutex_;  // guards states_
  std::map<std::string, service::GalleryState, std::less<>> states_;
};

}  // namespace artspeak
