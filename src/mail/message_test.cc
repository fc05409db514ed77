#include "mail/message.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "base/file.h"
#include "mail/directory_mailer.h"
#include "mail/smtp_mailer.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"

namespace artspeak::mail {
namespace {

using service::Delivery;
using service::Mail;

const Sender kSender{"Artspeak", "reviews@example.org"};

Mail Sample() {
  return {"v@example.net", "Your texts are ready",
          "Hello,\n\nhttps://art.example.org/review/0123456789ab\n",
          "review-ready.0123456789ab@example.org",
          base::UnixTime(std::chrono::seconds(1700000000))};
}

TEST(Message, HasTheHeadersOfRfc5322) {
  EXPECT_EQ(FormatMessage(kSender, Sample()),
            "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
            "From: \"Artspeak\"\r\n <reviews@example.org>\r\n"
            "To: v@example.net\r\n"
            "Message-ID: <review-ready.0123456789ab@example.org>\r\n"
            "Subject: Your texts are ready\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello,\r\n\r\nhttps://art.example.org/review/0123456789ab\r\n");
}

TEST(Message, ListMailNamesTheWayOut) {
  const std::string plain = FormatMessage(kSender, Sample());
  EXPECT_EQ(plain.find("List-"), std::string::npos);
  Mail mail = Sample();
  mail.unsubscribe_url =
      "https://art.example.org/subscription/0123/unsubscribe";
  EXPECT_NE(FormatMessage(kSender, mail)
                .find("\r\nList-Unsubscribe: "
                      "<https://art.example.org/subscription/0123/unsubscribe>"
                      "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click"
                      "\r\n"),
            std::string::npos);
  // RFC 8058 allows one click by https alone.
  mail.unsubscribe_url = "http://localhost/unsubscribe";
  const std::string clear = FormatMessage(kSender, mail);
  EXPECT_NE(clear.find("List-Unsubscribe: <http://localhost/unsubscribe>\r\n"),
            std::string::npos);
  EXPECT_EQ(clear.find("List-Unsubscribe-Post"), std::string::npos);
}

TEST(Message, OtherLettersBecomeEncodedWordsOfWholeCharacters) {
  Mail mail = Sample();
  mail.subject = "Zwölf Häuser über dem ";
  for (int i = 0; i < 20; ++i) mail.subject += "ÄÖ€";
  const std::string message = FormatMessage({"Jörg", "j@example.org"}, mail);
  EXPECT_NE(message.find("From: =?UTF-8?Q?J=C3=B6rg?="), std::string::npos);
  EXPECT_NE(message.find("Subject: =?UTF-8?Q?Zw=C3=B6lf_H=C3=A4user_"),
            std::string::npos);
  EXPECT_EQ(message.find("=E2?="), std::string::npos) << "a character cut";
  for (size_t at = 0, end;
       (end = message.find("\r\n", at)) != std::string::npos; at = end + 2) {
    EXPECT_LE(end - at, 76u);
  }
}

TEST(Message, TextIsQuotedPrintable) {
  Mail mail = Sample();
  mail.text = "1 = 1\nblank at the end \nÖl\n.\nFrom here\n" +
              std::string(76, 'y') + "\n" + std::string(100, 'x');
  const std::string message = FormatMessage(kSender, mail);
  EXPECT_EQ(message.substr(message.find("\r\n\r\n") + 4),
            "1 =3D 1\r\nblank at the end=20\r\n=C3=96l\r\n.\r\nFrom here\r\n" +
                std::string(76, 'y') + "\r\n" + std::string(75, 'x') + "=\r\n" +
                std::string(25, 'x') + "\r\n");
}

TEST(Message, NothingCanAddAHeader) {
  for (const auto& spoil : std::vector<std::function<void(Mail&)>>{
           [](Mail& m) { m.to = "v@example.net\r\nBcc: all@example.net"; },
           [](Mail& m) { m.subject = "Hello\r\nBcc: all@example.net"; },
           [](Mail& m) { m.subject = "Hello\nBcc: all@example.net"; },
           [](Mail& m) { m.subject = std::string("Hel\0lo", 6); },
           [](Mail& m) { m.subject = "half \xc3"; },
           [](Mail& m) { m.message_id = "a@b>\r\nX: y"; },
           [](Mail& m) { m.unsubscribe_url = "https://a.b/>\r\nX: y"; },
           [](Mail& m) { m.unsubscribe_url = "https://a.b/>, <mailto:x"; }}) {
    Mail mail = Sample();
    spoil(mail);
    EXPECT_THROW(FormatMessage(kSender, mail), base::Error);
  }
}

TEST(Sender, IsAnAddressWithOrWithoutAName) {
  EXPECT_EQ(ParseSender("a@b.co").address, "a@b.co");
  EXPECT_EQ(ParseSender("Jörg X <a@b.co>").name, "Jörg X");
  EXPECT_EQ(ParseSender("\"X, Y\" <a@b.co>").name, "X, Y");
  EXPECT_THROW(ParseSender(""), base::Error);
  EXPECT_THROW(ParseSender("Artspeak"), base::Error);
  EXPECT_THROW(ParseSender("A\r\nBcc: x@y.z <a@b.co>"), base::Error);
}

TEST(DirectoryMailer, AMailSentAgainIsTheSameFile) {
  testing::TempDir directory;
  DirectoryMailer mailer(directory / "mails", kSender);
  EXPECT_EQ(mailer.Send(Sample()).delivery, Delivery::kSent);
  EXPECT_EQ(mailer.Send(Sample()).delivery, Delivery::kSent);
  const auto file =
      directory / "mails" / "review-ready.0123456789ab@example.org.eml";
  EXPECT_EQ(base::ReadFile(file), FormatMessage(kSender, Sample()));
  std::filesystem::remove_all(directory / "mails");
  EXPECT_EQ(mailer.Send(Sample()).delivery, Delivery::kRetry);
}

TEST(DirectoryMailer, AFullDiskPutsTheMailOff) {
  testing::TempDir directory;
  DirectoryMailer mailer(directory / "mails", kSender);
  {
    const testing::FullDisk full(10);
    const service::DeliveryResult result = mailer.Send(Sample());
    EXPECT_EQ(result.delivery, Delivery::kRetry);
    EXPECT_NE(result.reason.find("mails"), std::string::npos);
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory / "mails"));
  EXPECT_EQ(mailer.Send(Sample()).delivery, Delivery::kSent);
}

TEST(DirectoryMailer, FolderThatCannotBeMadeIsSaid) {
  testing::TempDir directory;
  base::WriteFileAtomically(directory / "mails", "a file");
  EXPECT_THROW(DirectoryMailer(directory / "mails" / "x", kSender),
               base::Error);
}

TEST(SmtpMailer, UrlIsCheckedAndItsPasswordNeverShown) {
  for (const char* url : {"", "mail.example.org", "http://mail.example.org",
                          "smtp://", "smtp://user:secret@ho st:25"}) {
    try {
      SmtpMailer mailer(url, kSender);
      ADD_FAILURE() << url;
    } catch (const base::Error& error) {
      EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace artspeak::mail
