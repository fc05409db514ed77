#include "web/form_routes.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/utf8.h"
#include "web/posted_form.h"
#include "web/preview.h"
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
Values DescribeForm(const net::Url& site, const service::SubmissionForm& form,
                    const std::vector<service::FieldFault>& faults) {
  std::vector<Values> scale;
  for (int n = service::kMinEccentricity; n <= service::kMaxEccentricity; ++n) {
    const std::string value = std::to_string(n);
    scale.push_back(
        {{"value", value}, {"checked", value == form.eccentricity}});
  }
  Values values = DescribePreview(site, "/generate/");
  values.insert(values.end(), {{"at_generate", true},
                               {"prompt", base::ToValidUtf8(form.prompt)},
                               {"prompt_limit",
                                std::to_string(service::kMaxPromptCharacters)},
                               {"email", base::ToValidUtf8(form.email)},
                               {"update_check", form.update_check},
                               {"update_wording", form.update_wording},
                               {"scale", std::move(scale)},
                               {"faulty", !faults.empty()}});
  std::vector<Values> list;
  for (const service::FieldFault& fault : faults) {
    list.push_back({{"field", fault.field}, {"message", fault.message}});
    values.emplace_back(fault.field + "_fault", fault.message);
  }
  values.emplace_back("faults", std::move(list));
  return values;
}

void AddTicket(const service::FormTicket& ticket, Values& values) {
  if (ticket.ticket.empty()) return;
  values.emplace_back("ticket", ticket.ticket);
  if (ticket.proof_bits == 0) return;
  values.emplace_back("proof_bits", std::to_string(ticket.proof_bits));
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
  // A ticket without a proof is the same for everyone for a second.
  return cache_.Make(request.path,
                     {.template_name = "generate",
                      .file = SubscriptionWording::kFile,
                      .store = false,
                      .life = std::chrono::seconds(1)},
                     [&] { return Show(request); });
}

PageCache::Made FormRoutes::Show(const net::Request& request) const {
  service::SubmissionForm empty;
  empty.eccentricity = std::to_string(kDefaultEccentricity);
  empty.update_wording = wording_.Text();
  Values values = DescribeForm(site_, empty, {});
  const service::FormTicket ticket = TicketFor(guard_.ClientOf(request));
  AddTicket(ticket, values);
  return {pages_.Public(200, "generate", std::move(values)),
          ticket.proof_bits == 0};
}

service::FormTicket FormRoutes::TicketFor(std::string_view client,
                                          std::string_view old) const {
  if (guard_.admission == nullptr) return {};
  return guard_.admission->TicketFor(client, old);
}

net::Response FormRoutes::Submit(const net::Request& request) const {
  auto read = ReadPostedForm(request, site_, pages_);
  if (auto* refusal = std::get_if<net::Response>(&read)) {
    return std::move(*refusal);
  }
  const PostedForm& posted = std::get<PostedForm>(read);
  service::SubmissionForm form = ToSubmissionForm(posted, wording_.Text());
  form.client = guard_.ClientOf(request);
  try {
    return SubmitChecked(form, posted);
  } catch (const StoreUnavailable&) {
    return Again(form,
                 {.status = 503,
                  .title = "The desk is closed for a moment",
                  .message = "The site could not reach its own records, and "
                             "nothing was stored. What you wrote is still "
                             "here: please send it again in a minute.",
                  .retry_after = std::chrono::seconds(30)},
                 TicketFor(form.client, posted.Field("ticket")));
  }
}

net::Response FormRoutes::SubmitChecked(const service::SubmissionForm& form,
                                        const PostedForm& posted) const {
  auto checked = service::CheckForm(form);
  const auto faulty = [&](const std::vector<service::FieldFault>& faults) {
    Values values = DescribeForm(site_, form, faults);
    AddTicket(TicketFor(form.client, posted.Field("ticket")), values);
    return pages_.Private(422, "generate", std::move(values));
  };
  if (const auto* faults =
          std::get_if<std::vector<service::FieldFault>>(&checked)) {
    return faulty(*faults);
  }
  if (guard_.admission != nullptr) {
    const service::Attempt attempt = {
        .client = form.client,
        .prompt = std::get<service::Submission>(checked).prompt,
        .ticket = posted.Field("ticket"),
        .proof = posted.Field("proof"),
        .trap = posted.Field("website")};
    const service::Decision decision =
        Ask([&] { return guard_.admission->Decide(attempt); });
    if (decision.verdict != service::Verdict::kWelcome) {
      FormNotice notice = NoticeOf(decision, guard_.admission->limits());
      // A proof that was not good enough must not be sent round and round.
      notice.sends_itself = notice.proof && attempt.proof.empty();
      return Again(form, notice, decision.ticket);
    }
  }
  // After the doorkeeper, so that a flood of forms asks no resolver.
  const std::string& email = std::get<service::Submission>(checked).email;
  if (guard_.mail_domains != nullptr && !email.empty() &&
      guard_.mail_domains->Of(email) == service::MailDomain::kTakesNone) {
    return faulty({{"email",
                    "No mail can be sent there: please check what stands "
                    "after the @, or leave the address out."}});
  }
  service::SubmissionForm taken = form;
  taken.no_mail = guard_.admission != nullptr && !email.empty() &&
                  !Ask([&] { return guard_.admission->PromiseMail(email); });
  const auto result = Ask([&] { return reception_.Submit(taken); });
  if (const auto* faults =
          std::get_if<std::vector<service::FieldFault>>(&result)) {
    return faulty(*faults);
  }
  // Where partials/no-mail.html says so.
  return Redirect(303, ReviewPath(std::get<std::string>(result)) +
                           (taken.no_mail ? "#no-mail" : ""));
}

net::Response FormRoutes::Again(const service::SubmissionForm& form,
                                const FormNotice& notice,
                                const service::FormTicket& ticket) const {
  Values values = DescribeForm(site_, form, {});
  values.emplace_back("notice", DescribeNotice(notice));
  values.emplace_back("sends_itself", notice.sends_itself);
  AddTicket(ticket, values);
  net::Response response =
      pages_.Private(notice.status, "generate", std::move(values));
  if (notice.retry_after.count() > 0) {
    response.headers.push_back(
        {"Retry-After", std::to_string(notice.retry_after.count())});
  }
  return response;
}

}  // namespace artspeak::web
