// What a visitor's browser posts: whether it is looked at, and its fields.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "net/http_message.h"
#include "net/url.h"
#include "web/pages.h"

namespace artspeak::web {

// Larger bodies are answered 413.
inline constexpr size_t kMaxPostedBytes = 16 * 1024;

// The fields as posted: any bytes whatever.
class PostedForm {
 public:
  explicit PostedForm(std::vector<std::pair<std::string, std::string>> fields)
      : fields_(std::move(fields)) {}

  // The first field of that name; empty if there is none.
  std::string Field(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// The form, or the page that says why it is not taken: posted from another
// site's page (403), too large (413), no form (415), damaged (400). A body
// without fields need not say that it is a form.
std::variant<PostedForm, net::Response> ReadPostedForm(
    const net::Request& request, const net::Url& site, const Pages& pages);

}  // namespace artspeak::web
