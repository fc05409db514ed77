#include "web/template_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <kainjow/mustache.hpp>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "web/file_stamp.h"

namespace artspeak::web {

namespace {

namespace fs = std::filesystem;
namespace mustache = kainjow::mustache;

constexpr size_t kMaxTemplateBytes = 1 << 20;
constexpr size_t kMaxIncludes = 200;

using Time = std::chrono::steady_clock::time_point;

struct Source {
  fs::path file;
  FileStamp stamp;
};

// Where `offset` lies, as a person counts.
std::string Place(const fs::path& file, std::string_view text, size_t offset) {
  const auto end = text.begin() + std::min(offset, text.size());
  return fmt::format("{}, line {}", file.string(),
                     1 + std::count(text.begin(), end, '\n'));
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Checks one file by itself, where the place of a fault is still known.
void Check(const fs::path& file, const std::string& text) {
  if (!base::IsValidUtf8(text)) {
    throw base::Error("{} is not UTF-8: save it in that encoding",
                      file.string());
  }
  for (size_t at = text.find("{{"); at != std::string::npos;
       at = text.find("{{", at)) {
    const size_t end = text.find("}}", at);
    if (end == std::string::npos) {
      throw base::Error("{}: a tag is not closed: end it with }}}}",
                        Place(file, text, at));
    }
    const std::string_view tag =
        Trim(std::string_view(text).substr(at + 2, end - at - 2));
    if (tag.starts_with('{') || tag.starts_with('&')) {
      throw base::Error(
          "{}: {{{{{{…}}}}}} and {{{{&…}}}} put raw text into a page: write "
          "{{{{name}}}}",
          Place(file, text, at));
    }
    if (tag.empty() || tag.starts_with('=')) {
      throw base::Error("{}: {{{{{}}}}} is no tag that templates here may use",
                        Place(file, text, at), tag);
    }
    at = end + 2;
  }
  mustache::mustache parsed(text);
  if (parsed.is_valid()) return;
  // "Unclosed section "texts" at 123"
  std::string fault = parsed.error_message();
  size_t offset = 0;
  if (const size_t at = fault.rfind(" at "); at != std::string::npos) {
    offset = std::strtoul(fault.c_str() + at + 4, nullptr, 10);
    fault.resize(at);
  }
  throw base::Error("{}: {}", Place(file, text, offset), fault);
}

// The template's text with every partial in its place. Expanding them here, not
// while rendering, finds a missing or circular one before a visitor does.
class Expander {
 public:
  Expander(const fs::path& partials, std::string extension)
      : partials_(partials), extension_(std::move(extension)) {}

  std::string Expand(const fs::path& file, const std::string& asked_by) {
    if (std::find(open_.begin(), open_.end(), file) != open_.end()) {
      throw base::Error("{} includes itself through {}: remove one of the two",
                        file.string(), asked_by);
    }
    const std::optional<FileStamp> stamp = StampOf(file);
    if (!stamp) {
      throw base::Error(
          "the template {} is missing{}", file.string(),
          asked_by.empty() ? "" : ": " + asked_by + " asks for it");
    }
    if (stamp->size > static_cast<int64_t>(kMaxTemplateBytes)) {
      throw base::Error("the template {} is larger than a megabyte",
                        file.string());
    }
    const std::string text = base::ReadFile(file);
    Check(file, text);
    sources_.push_back({file, *stamp});
    open_.push_back(file);
    std::string expanded;
    size_t from = 0;
    for (size_t at = text.find("{{"); at != std::string::npos;
         at = text.find("{{", at + 2)) {
      const size_t end = text.find("}}", at);  // Check has seen it
      const std::string_view tag =
          Trim(std::string_view(text).substr(at + 2, end - at - 2));
      if (!tag.starts_with('>')) continue;
      const std::string_view name = Trim(tag.substr(1));
      const std::string place = Place(file, text, at);
      if (name.empty() ||
          name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") !=
              std::string_view::npos) {
        throw base::Error(
            "{}: “{}” cannot be the name of a partial: use small letters, "
            "digits and dashes",
            place, name);
      }
      if (sources_.size() >= kMaxIncludes) {
        throw base::Error("{}: more than {} partials are included", place,
                          kMaxIncludes);
      }
      expanded.append(text, from, at - from);
      expanded += Expand(partials_ / (std::string(name) + extension_), place);
      from = end + 2;
    }
    expanded.append(text, from);
    open_.pop_back();
    return expanded;
  }

  std::vector<Source> sources() && { return std::move(sources_); }

 private:
  const fs::path& partials_;
  std::string extension_;
  std::vector<fs::path> open_;
  std::vector<Source> sources_;
};

mustache::data ToMustache(const Values& values);

mustache::data ToMustache(const Value& value) {
  struct Visitor {
    mustache::data operator()(bool shown) const { return shown; }
    mustache::data operator()(const std::string& text) const { return text; }
    mustache::data operator()(const std::vector<std::string>& list) const {
      mustache::data result(mustache::data::type::list);
      for (const std::string& item : list) result.push_back(item);
      return result;
    }
    mustache::data operator()(const std::vector<Values>& list) const {
      mustache::data result(mustache::data::type::list);
      for (const Values& item : list) result.push_back(ToMustache(item));
      return result;
    }
  };
  return std::visit(Visitor{}, value.content);
}

mustache::data ToMustache(const Values& values) {
  mustache::data result;
  for (const auto& [name, value] : values) result.set(name, ToMustache(value));
  return result;
}

}  // namespace

struct TemplateFolder::Parsed {
  // render() is not const but writes only when a partial or a lambda fails;
  // there are none of either here, so threads may share it.
  mutable mustache::mustache tree;
  std::vector<Source> sources;
  mutable std::atomic<Time> looked;  // at the sources

  bool IsCurrent() const {
    const Time now = std::chrono::steady_clock::now();
    if (now - looked.load() < kTrust) return true;
    for (const Source& source : sources) {
      if (StampOf(source.file) != source.stamp) return false;
    }
    looked = now;
    return true;
  }
};

TemplateFolder::TemplateFolder(fs::path partials, Escape escape)
    : partials_(std::move(partials)), escape_(escape) {}

TemplateFolder::~TemplateFolder() = default;

std::shared_ptr<const TemplateFolder::Parsed> TemplateFolder::Find(
    const fs::path& file) const {
  std::shared_ptr<const Parsed> known;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = parsed_.find(file.native()); it != parsed_.end()) {
      known = it->second;
    }
  }
  if (known && known->IsCurrent()) return known;
  const Time now = std::chrono::steady_clock::now();
  Expander expander(partials_, file.extension().string());
  const std::string text = expander.Expand(file, "");
  auto parsed = std::make_shared<Parsed>(mustache::mustache(text),
                                         std::move(expander).sources(), now);
  if (!parsed->tree.is_valid()) {
    throw base::Error("{} with its partials: {}", file.string(),
                      parsed->tree.error_message());
  }
  if (escape_ == Escape::kNothing) {
    parsed->tree.set_custom_escape(
        [](const std::string& text) { return text; });
  }
  const std::lock_guard lock(mutex_);
  parsed_[file.native()] = parsed;
  return parsed;
}

std::shared_ptr<const void> TemplateFolder::Identity(
    const fs::path& file) const {
  return Find(file);
}

std::string TemplateFolder::Render(const fs::path& file,
                                   const Values& values) const {
  return Find(file)->tree.render(ToMustache(values));
}

}  // namespace artspeak::web
