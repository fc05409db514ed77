// Mails in the site's words: plain-text templates beside the pages, in
// site/mail/<kind>.txt. The first line is "Subject: …", then an empty line and
// the text. Nothing is escaped, as nothing here is HTML.
//
//   review-ready.txt   {{site}}, {{link}} to the review, {{date}} of the form
//   confirmation.txt   {{site}}, {{link}} to the page that confirms
//   news.txt           {{site}}, {{link}} to the page that unsubscribes,
//   {{date}}
//                      of the confirmation, and the owner's {{subject}} and
//                      {{text}}
//
// Never a prompt or a text of a review: the address was not verified, and a
// mail that carried words of a stranger's choice would make the site a spam
// relay.
#pragma once

#include <filesystem>
#include <memory>

#include "service/mailer.h"
#include "web/site.h"

namespace artspeak::web {

// Thread-safe.
class MailPages {
 public:
  // Throws Error if one of the templates is missing or broken.
  explicit MailPages(const SiteOptions& options);
  ~MailPages();
  MailPages(const MailPages&) = delete;
  MailPages& operator=(const MailPages&) = delete;

  // The words of one mail; fits service::MailRenderer. Throws Error, naming the
  // template, if that has become unreadable since: the mail waits until it is
  // mended.
  service::RenderedMail Render(const service::DueMail& mail) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::web
