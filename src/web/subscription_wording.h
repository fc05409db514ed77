// The sentence that a visitor agrees to who joins the mailing list:
// site/subscription.txt, one line. It stands beside the box on the form and on
// the page that confirms, and is kept with the address each time.
#pragma once

#include <filesystem>
#include <string>

#include "web/template_folder.h"

namespace artspeak::web {

// Thread-safe.
class SubscriptionWording {
 public:
  static constexpr const char* kFile = "subscription.txt";

  // `directory`: the site's folder. `name`: {{site}} in the sentence. Throws
  // Error if the file is missing, broken or empty.
  SubscriptionWording(const std::filesystem::path& directory, std::string name);

  // As the file says now. Throws Error as the constructor does.
  std::string Text() const;

 private:
  std::filesystem::path file_;
  std::string name_;
  TemplateFolder templates_;
};

}  // namespace artspeak::web
