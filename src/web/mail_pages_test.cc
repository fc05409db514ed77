#include "web/mail_pages.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

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
  }

  void Write(const std::string& text) {
    base::WriteFileAtomically(folder_ / "mail/review-ready.txt", text);
  }

  testing::TempDir folder_;
  SiteOptions options_;
  service::DueMail mail_;
};

TEST_F(MailPagesTest, TheFirstLineIsTheSubject) {
  Write("Subject: {{site}} is ready\n\n{{link}}\n{{date}}\n");
  const service::MailWords words = MailPages(options_).Render(mail_);
  EXPECT_EQ(words.subject, "Wall & Label is ready");
  EXPECT_EQ(words.text,
            "https://art.example/review/0123456789ab\n15 July 2025\n");
}

TEST_F(MailPagesTest, AChangedTemplateIsUsedAtOnce) {
  Write("Subject: a\n\nold");
  const MailPages pages(options_);
  Write("Subject: a\n\nnew");
  EXPECT_EQ(pages.Render(mail_).text, "new");
}

TEST_F(MailPagesTest, BrokenTemplatesAreRefused) {
  EXPECT_THROW(MailPages{options_}, base::Error) << "missing";
  for (const char* text : {"", "Hello\n\nyou\n", "Subject: \n\nx", "Subject: x",
                           "Subject: {{{site}}}\n\nx"}) {
    Write(text);
    EXPECT_THROW(MailPages{options_}, base::Error) << text;
  }
}

TEST_F(MailPagesTest, TheSitesOwnMailCarriesTheLinkAlone) {
  options_.directory = testing::SourceDir() / "site";
  const service::MailWords words = MailPages(options_).Render(mail_);
  EXPECT_FALSE(words.subject.empty());
  EXPECT_NE(words.text.find("\nhttps://art.example/review/0123456789ab\n"),
            std::string::npos);
  EXPECT_EQ(words.text.find("{{"), std::string::npos);
}

}  // namespace
}  // namespace artspeak::web
