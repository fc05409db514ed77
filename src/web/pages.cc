#include "web/pages.h"

#include <fmt/format.h>

#include <utility>

namespace artspeak::web {

using net::Response;

Pages::Pages(std::filesystem::path directory, std::string name,
             std::string folder)
    : directory_(std::move(directory)),
      name_(std::move(name)),
      folder_(std::move(folder)),
      templates_(directory_ / "partials", Escape::kHtml) {}

std::string Pages::Render(std::string_view page, Values values) const {
  return RenderFile(fmt::format("{}/{}.html", folder_, page),
                    std::move(values));
}

std::string Pages::RenderFile(const std::filesystem::path& file,
                              Values values) const {
  values.emplace_back("site", name_);
  return templates_.Render(directory_ / file, values);
}

std::shared_ptr<const void> Pages::Identity(std::string_view page) const {
  return templates_.Identity(directory_ / "pages" /
                             fmt::format("{}.html", page));
}

Response Pages::Public(int status, std::string_view page, Values values) const {
  return {status,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Cache-Control", "no-cache"}},
          Render(page, std::move(values))};
}

Response Pages::Private(int status, std::string_view page,
                        Values values) const {
  return {status,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"X-Robots-Tag", "noindex"}},
          Render(page, std::move(values))};
}

Response Pages::Missing() const { return Private(404, "missing", {}); }

Response Pages::Problem(int status, const char* title,
                        std::string message) const {
  return Private(status, "error",
                 {{"title", title}, {"message", std::move(message)}});
}

Response Pages::WrongMethod(const char* allowed) const {
  Response response = Problem(
      405, "Not like this", "This address does not take that kind of request.");
  response.headers.push_back({"Allow", allowed});
  return response;
}

Response PlainText(int status, std::string text) {
  return {status,
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", "no-store"}},
          std::move(text)};
}

Response Redirect(int status, std::string path) {
  return {status, {{"Location", std::move(path)}}, ""};
}

}  // namespace artspeak::web
