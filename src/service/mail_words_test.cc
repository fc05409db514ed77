#include "service/mail_words.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "service/subscription_token.h"

namespace artspeak::service {
namespace {

TEST(MailWords, SubjectAnEmptyLineAndTheText) {
  const auto words =
      ParseMailWords("Subject: A show\r\n\r\nOn Friday.\r\n\r\nYours\r\n");
  ASSERT_TRUE(words);
  EXPECT_EQ(words->subject, "A show");
  EXPECT_EQ(words->text, "On Friday.\n\nYours\n");
  EXPECT_EQ(ParseMailWords("Subject: a\n\n")->text, "");
  for (const char* text : {"", "Hello\n\nyou\n", "Subject: \n\nx", "Subject: x",
                           "subject: x\n\ny"}) {
    EXPECT_FALSE(ParseMailWords(text)) << text;
  }
}

TEST(News, MustBeAMailThatCanBeSent) {
  EXPECT_EQ(ParseNews("Subject: Schön\n\nÖl auf\tHolz\n").text,
            "Öl auf\tHolz\n");
  for (const std::string& text :
       {std::string("On Friday.\n"), std::string("Subject: x\n\n\n"),
        std::string("Subject: a\tb\n\nx"),
        std::string("Subject: a\n\nhalf \xc3"),
        std::string("Subject: a\n\nx\0y", 15), std::string("Subject: \a\n\nx"),
        "Subject: a\n\n" + std::string(kMaxNewsBytes, 'x')}) {
    EXPECT_THROW(ParseNews(text), base::Error) << text.substr(0, 40);
  }
}

TEST(SubscriptionToken, CannotBeGuessed) {
  const std::string token = NewSubscriptionToken();
  EXPECT_TRUE(IsSubscriptionToken(token)) << token;
  EXPECT_GE(token.size() * 5, 128u) << "bits";
  EXPECT_NE(NewSubscriptionToken(), token);
  EXPECT_FALSE(IsSubscriptionToken(""));
  EXPECT_FALSE(IsSubscriptionToken(token + "0"));
  EXPECT_FALSE(IsSubscriptionToken(token.substr(1) + "'"));
}

}  // namespace
}  // namespace artspeak::service
