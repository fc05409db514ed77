// The site's pages as answers: a template, filled, with the headers that its
// kind of page has.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "net/http_message.h"
#include "web/template_folder.h"

namespace artspeak::web {

// Thread-safe. Every function that renders throws base::Error when a template
// is missing or broken.
class Pages {
 public:
  // `directory`: the site's folder. `name`: {{site}} in every template.
  // `folder`: where the pages lie in it.
  Pages(std::filesystem::path directory, std::string name,
        std::string folder = "pages");

  const std::filesystem::path& directory() const { return directory_; }
  const std::string& name() const { return name_; }

  // <folder>/<page>.html, filled.
  std::string Render(std::string_view page, Values values) const;

  // Another file of the site's folder that is a template; the same escapes.
  std::string RenderFile(const std::filesystem::path& file,
                         Values values) const;
  // Of pages/<page>.html: equal as long as it and its partials do not change.
  std::shared_ptr<const void> Identity(std::string_view page) const;

  // For everyone, and asked for again each time: an artist's change shows at
  // once.
  net::Response Public(int status, std::string_view page, Values values) const;

  // Belongs to whoever has its link: kept by no cache and no index.
  net::Response Private(int status, std::string_view page, Values values) const;

  net::Response Missing() const;  // 404
  // A fault in plain words.
  net::Response Problem(int status, const char* title,
                        std::string message) const;
  net::Response WrongMethod(const char* allowed) const;  // 405

 private:
  std::filesystem::path directory_;
  std::string name_;
  std::string folder_;
  TemplateFolder templates_;
};

net::Response PlainText(int status, std::string text);  // kept by no cache
net::Response Redirect(int status, std::string path);

// The store could not answer; already logged. The site answers 503.
struct StoreUnavailable {};

// What `question` returns; a base::Error of it becomes StoreUnavailable.
template <typename Question>
auto Ask(Question question) {
  try {
    return question();
  } catch (const base::Error& error) {
    base::LogError("the store did not answer: {}", error.what());
    throw StoreUnavailable{};
  }
}

}  // namespace artspeak::web
