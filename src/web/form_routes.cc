#include "web/form_routes.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/utf8.h"
#include "web/posted_form.h"
#include "web/review_page.h"

namespace artspeak::web {

namespace {

constexpr int kDefaultEccentricity = 7;

service::SubmissionForm ToSubmissionForm(const PostedForm& posted,
                                         std::string update_wording) {
  return {.prompt = posted.Field("prompt"),
          .eccentricity = posted.Field("eccentricity"),
          .email = posted.Field("email"),
          .update_check = !posted.Field("update_check").empty(),
          .update_wording = std::move(update_wording)};
}

// What pages/generate.html shows: the visitor's input comes back as it was.
Values DescribeForm(const service::SubmissionForm& form,
                    const std::vector<service::FieldFault>& faults) {
  std::vector<Values> scale;
  for (int n = service::kMinEccentricity; n <= service::kMaxEccentricity; ++n) {
    const std::string value = std::to_string(n);
    scale.push_back(
        {{"value", value}, {"checked", value == form.eccentricity}});
  }
  Values values = {
      {"at_generate", true},
      {"prompt", base::ToValidUtf8(form.prompt)},
      {"prompt_limit", std::to_string(service::kMaxPromptCharacters)},
      {"email", base::ToValidUtf8(form.email)},
      {"update_check", form.update_check},
      {"update_wording", form.update_wording},
      {"scale", std::move(scale)},
      {"faulty", !faults.empty()}};
  std::vector<Values> list;
  for (const service::FieldFault& fault : faults) {
    list.push_back({{"field", fault.field}, {"message", fault.message}});
    values.emplace_back(fault.field + "_fault", fault.message);
  }
  values.emplace_back("faults", std::move(list));
  return values;
}

}  // namespace

std::optional<net::Response> FormRoutes::Answer(
    const net::Request& request) const {
  if (request.path == "/submission") {
    return request.method == "POST" ? Submit(request)
                                    : pages_.WrongMethod("POST");
  }
  if (request.path != "/generate/") return std::nullopt;
  if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
  service::SubmissionForm empty;
  empty.eccentricity = std::to_string(kDefaultEccentricity);
  empty.update_wording = wording_.Text();
  return pages_.Public(200, "generate", DescribeForm(empty, {}));
}

net::Response FormRoutes::Submit(const net::Request& request) const {
  auto posted = ReadPostedForm(request, site_, pages_);
  if (auto* refusal = std::get_if<net::Response>(&posted)) {
    return std::move(*refusal);
  }
  const service::SubmissionForm form =
      ToSubmissionForm(std::get<PostedForm>(posted), wording_.Text());
  const auto result = Ask([&] { return reception_.Submit(form); });
  if (const auto* faults =
          std::get_if<std::vector<service::FieldFault>>(&result)) {
    return pages_.Private(422, "generate", DescribeForm(form, *faults));
  }
  return Redirect(303, ReviewPath(std::get<std::string>(result)));
}

}  // namespace artspeak::web
