#include "web/subscription_wording.h"

#include <utility>

#include "base/error.h"
#include "base/utf8.h"

namespace artspeak::web {

SubscriptionWording::SubscriptionWording(const std::filesystem::path& directory,
                                         std::string name)
    : file_(directory / kFile),
      name_(std::move(name)),
      templates_(directory, Escape::kNothing) {
  Text();
}

std::string SubscriptionWording::Text() const {
  std::string text = base::OneLine(templates_.Render(file_, {{"site", name_}}));
  while (text.ends_with(' ')) text.pop_back();
  if (text.empty()) {
    throw base::Error(
        "{} is empty: write the sentence that people agree to who join the "
        "mailing list",
        file_.string());
  }
  return text;
}

}  // namespace artspeak::web
