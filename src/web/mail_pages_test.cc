#include "web/mail_pages.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"
#include "web/template_folder.h"

namespace artspeak::web {
namespace {

class MailPagesTest : public ::testing::Test {
 protected:
  MailPagesTest() {
    std::filesystem::create_directories(folder_ / "mail");
    options_.directory = folder_.path();
    options_.base_url = "https://art.example/";
    options_.time_zone = "Europe/Vienna";
    options_.name = "Wall & Label";
    mail_.kind = service::kReviewReadyMail;
    mail_.to = "a@b.example";
    mail_.review_id = "0123456789ab";
    mail_.review_created = base::UnixTime{std::chrono::seconds(1752530400)};
    Write("Subject: a\n\nb", "confirmation");
    Write("Subject: {{subject}}\n\n{{text}}\n\n{{date}}\n{{link}}\n", "news");
  }

  void Write(const std::string& text,
             const std::string& kind = "review-ready") {
    base::WriteFileAtomically(folder_ / "mail" / (kind + ".txt"), text);
  }

  // What the site's own template makes of it.
  service::RenderedMail RenderOwn() {
    options_.directory = testing::SourceDir() / "site";
    service::RenderedMail mail = MailPages(options_).Render(mail_);
    EXPECT_FALSE(mail.words.subject.empty());
    EXPECT_EQ(mail.words.text.find("{{"), std::string::npos);
    return mail;
  }

  testing::TempDir folder_;
  SiteOptions options_;
  service::DueMail mail_;
};

TEST_F(MailPagesTest, TheFirstLineIsTheSubject) {
  Write("Subject: {{site}} is ready\n\n{{link}}\n{{date}}\n");
  const service::RenderedMail mail = MailPages(options_).Render(mail_);
  EXPECT_EQ(mail.unsubscribe_url, "");
  const service::MailWords& words = mail.words;
  EXPECT_EQ(words.subject, "Wall & Label is ready");
  EXPECT_EQ(words.text,
            "https://art.example/review/0123456789ab\n15 July 2025\n");
}

TEST_F(MailPagesTest, AChangedTemplateIsUsed) {
  Write("Subject: a\n\nold");
  const MailPages pages(options_);
  Write("Subject: a\n\nnew");
  std::this_thread::sleep_for(TemplateFolder::kTrust);
  EXPECT_EQ(pages.Render(mail_).words.text, "new");
}

TEST_F(MailPagesTest, BrokenTemplatesAreRefused) {
  EXPECT_THROW(MailPages{options_}, base::Error) << "missing";
  for (const char* text : {"", "Hello\n\nyou\n", "Subject: \n\nx", "Subject: x",
                           "Subject: {{{site}}}\n\nx"}) {
    Write(text);
    EXPECT_THROW(MailPages{options_}, base::Error) << text;
  }
  Write("Subject: a\n\nb");
  MailPages{options_};
  for (const char* kind : {"confirmation", "news"}) {
    Write("Hello", kind);
    EXPECT_THROW(MailPages{options_}, base::Error) << kind;
    Write("Subject: a\n\nb", kind);
  }
}

TEST_F(MailPagesTest, TheSitesOwnMailCarriesTheLinkAlone) {
  EXPECT_NE(RenderOwn().words.text.find(
                "\nhttps://art.example/review/0123456789ab\n"),
            std::string::npos);
}

TEST_F(MailPagesTest, ListMailCarriesTheOwnersWordsAndTheWayOut) {
  Write("Subject: a\n\nb");
  mail_.kind = service::kNewsMail;
  mail_.subscription_token = "0123456789abcdefghjkmnpqrstvwxyz";
  mail_.confirmed = mail_.review_created;
  mail_.news = {"Öl & Holz", "A show: {{text}} <b>\n\nOn Friday.\n"};
  const service::RenderedMail mail = MailPages(options_).Render(mail_);
  EXPECT_EQ(mail.words.subject, "Öl & Holz");
  EXPECT_EQ(mail.words.text,
            "A show: {{text}} <b>\n\nOn Friday.\n\n15 July 2025\n"
            "https://art.example/subscription/"
            "0123456789abcdefghjkmnpqrstvwxyz\n");
  EXPECT_EQ(mail.unsubscribe_url,
            "https://art.example/subscription/"
            "0123456789abcdefghjkmnpqrstvwxyz/unsubscribe");
  mail_.news.text = "On Friday.";
  EXPECT_NE(RenderOwn().words.text.find("On Friday.\n\nYou get this"),
            std::string::npos);
}

TEST_F(MailPagesTest, TheMailThatAsksIsNoListMail) {
  mail_.kind = service::kConfirmationMail;
  mail_.subscription_token = "0123456789abcdefghjkmnpqrstvwxyz";
  const service::RenderedMail mail = RenderOwn();
  EXPECT_NE(mail.words.text.find("\nhttps://art.example/subscription/"
                                 "0123456789abcdefghjkmnpqrstvwxyz\n"),
            std::string::npos);
  EXPECT_EQ(mail.unsubscribe_url, "");
}

}  // namespace
}  // namespace artspeak::web
