#include "web/posted_form.h"

#include <fmt/format.h>

#include "service/submission.h"
#include "web/same_origin.h"

namespace artspeak::web {

namespace {

bool HasPrefixIgnoringCase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != prefix[i]) return false;
  }
  return true;
}

}  // namespace

std::string PostedForm::Field(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return value;
  }
  return "";
}

std::variant<PostedForm, net::Response> ReadPostedForm(
    const net::Request& request, const net::Url& site, const Pages& pages) {
  if (!IsSameOrigin(request, site)) {
    return pages.Problem(
        403, "Sent from elsewhere",
        "This was sent from a page that is not ours. Please use the form on "
        "this site.");
  }
  if (request.body.size() > kMaxPostedBytes) {
    return pages.Problem(
        413, "That is a whole catalogue",
        fmt::format("The machine needs a beginning, not the complete works: "
                    "please keep to {} characters.",
                    service::kMaxPromptCharacters));
  }
  if (request.body.empty()) return PostedForm({});
  const std::string* type = request.Find("Content-Type");
  if (type == nullptr ||
      !HasPrefixIgnoringCase(*type, "application/x-www-form-urlencoded")) {
    return pages.Problem(
        415, "Not a form",
        "This address takes what the form on this site sends, and nothing "
        "else.");
  }
  try {
    return PostedForm(net::ParseForm(request.body));
  } catch (const base::Error&) {
    return pages.Problem(
        400, "Damaged on the way",
        "The form did not arrive as it was sent. Please fill it in again.");
  }
}

}  // namespace artspeak::web
