#include "web/mail_pages.h"

#include <string_view>

#include "base/error.h"
#include "web/review_page.h"
#include "web/site_address.h"
#include "web/subscription_routes.h"
#include "web/template_folder.h"
#include "web/time_zone.h"

namespace artspeak::web {

namespace {

std::string WithoutEndingLines(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

class MailPages::Impl {
 public:
  explicit Impl(const SiteOptions& options)
      : directory_(options.directory / "mail"),
        address_(ParseSiteAddress(options.base_url)),
        zone_(TimeZone::Load(options.time_zone)),
        name_(options.name),
        templates_(directory_, Escape::kNothing) {
    service::DueMail trial;
    trial.news.subject = "News";
    for (const std::string_view kind :
         {service::kReviewReadyMail, service::kConfirmationMail,
          service::kNewsMail}) {
      trial.kind = kind;
      Render(trial);
    }
  }

  service::RenderedMail Render(const service::DueMail& mail) const {
    const std::filesystem::path file = directory_ / (mail.kind + ".txt");
    auto words =
        service::ParseMailWords(templates_.Render(file, Describe(mail)));
    if (!words) {
      throw base::Error("{} must begin with a line “Subject: …”",
                        file.string());
    }
    service::RenderedMail rendered{*std::move(words)};
    if (mail.kind == service::kNewsMail) {
      rendered.unsubscribe_url =
          address_.origin() + UnsubscribePath(mail.subscription_token);
    }
    return rendered;
  }

 private:
  Values Describe(const service::DueMail& mail) const {
    Values values = {{"site", name_}};
    const auto add_link = [&](const std::string& path) {
      values.emplace_back("link", address_.origin() + path);
    };
    const auto add_date = [&](base::UnixTime time) {
      values.emplace_back("date", FormatDate(zone_.Local(time)));
    };
    if (mail.kind == service::kReviewReadyMail) {
      add_link(ReviewPath(mail.review_id));
      add_date(mail.review_created);
      return values;
    }
    add_link(SubscriptionPath(mail.subscription_token));
    if (mail.kind == service::kNewsMail) {
      add_date(mail.confirmed);
      values.emplace_back("subject", mail.news.subject);
      values.emplace_back("text", WithoutEndingLines(mail.news.text));
    }
    return values;
  }

  std::filesystem::path directory_;
  net::Url address_;
  TimeZone zone_;
  std::string name_;
  TemplateFolder templates_;
};

MailPages::MailPages(const SiteOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

MailPages::~MailPages() = default;

service::RenderedMail MailPages::Render(const service::DueMail& mail) const {
  return impl_->Render(mail);
}

}  // namespace artspeak::web
