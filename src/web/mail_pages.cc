#include "web/mail_pages.h"

#include <string_view>

#include "base/error.h"
#include "web/review_page.h"
#include "web/site_address.h"
#include "web/template_folder.h"
#include "web/time_zone.h"

namespace artspeak::web {

namespace {

constexpr std::string_view kSubject = "Subject: ";

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
    trial.kind = service::kReviewReadyMail;
    Render(trial);
  }

  service::MailWords Render(const service::DueMail& mail) const {
    const std::filesystem::path file = directory_ / (mail.kind + ".txt");
    const std::string text = templates_.Render(
        file, {{"site", name_},
               {"link", address_.origin() + ReviewPath(mail.review_id)},
               {"date", FormatDate(zone_.Local(mail.review_created))}});
    const size_t end = text.find('\n');
    if (!text.starts_with(kSubject) || end == std::string::npos ||
        end == kSubject.size()) {
      throw base::Error("{} must begin with a line “Subject: …”",
                        file.string());
    }
    service::MailWords words;
    words.subject = text.substr(kSubject.size(), end - kSubject.size());
    words.text =
        text.substr(text.find_first_not_of('\n', end) == std::string::npos
                        ? text.size()
                        : text.find_first_not_of('\n', end));
    return words;
  }

 private:
  std::filesystem::path directory_;
  net::Url address_;
  TimeZone zone_;
  std::string name_;
  TemplateFolder templates_;
};

MailPages::MailPages(const SiteOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

MailPages::~MailPages() = default;

service::MailWords MailPages::Render(const service::DueMail& mail) const {
  return impl_->Render(mail);
}

}  // namespace artspeak::web
