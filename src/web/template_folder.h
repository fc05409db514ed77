// Mustache templates in a folder, read again when a file has changed, so that
// an artist sees a change on reload.
//
// A template may use {{name}}, {{#section}}, {{^section}}, {{! comment}} and
// {{>partial}}. What would put raw text into a page ({{{name}}}, {{&name}}) and
// what would hide that from a reader (other delimiters) is refused.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace artspeak::web {

// What a template is filled with: a name for each variable and section. A
// section over `true` shows once, over a list once for each item; over `false`,
// an empty list or a missing name not at all.
struct Value;
using Values = std::vector<std::pair<std::string, Value>>;

struct Value {
  Value(bool shown) : content(shown) {}
  Value(std::string text) : content(std::move(text)) {}
  Value(const char* text) : content(std::string(text)) {}
  Value(std::vector<std::string> list) : content(std::move(list)) {}
  Value(std::vector<Values> list) : content(std::move(list)) {}

  std::variant<bool, std::string, std::vector<std::string>, std::vector<Values>>
      content;
};

enum class Escape { kHtml, kNothing };

// Thread-safe.
class TemplateFolder {
 public:
  // How long files that were looked at are taken to be as they were: less than
  // an artist's hand takes from the editor to the browser.
  static constexpr std::chrono::milliseconds kTrust{20};

  // Partials are `partials`/NAME plus the extension of the template that asks.
  TemplateFolder(std::filesystem::path partials, Escape escape);
  ~TemplateFolder();
  TemplateFolder(const TemplateFolder&) = delete;
  TemplateFolder& operator=(const TemplateFolder&) = delete;

  // Throws Error, naming file and line, if the template or one of its partials
  // is missing, unreadable or broken.
  std::string Render(const std::filesystem::path& file,
                     const Values& values) const;

  // Equal as long as the template and its partials do not change. Throws as
  // Render.
  std::shared_ptr<const void> Identity(const std::filesystem::path& file) const;

 private:
  struct Parsed;
  std::shared_ptr<const Parsed> Find(const std::filesystem::path& file) const;

  std::filesystem::path partials_;
  Escape escape_;
  mutable std::mutex mutex_;  // guards parsed_
  // By the file's path as it was given: comparing paths part by part is slow.
  mutable std::unordered_map<std::string, std::shared_ptr<const Parsed>>
      parsed_;
};

}  // namespace artspeak::web
