#include "service/submission.h"

#include <gtest/gtest.h>

#include "service/email_address.h"
#include "service/review_id.h"

namespace artspeak::service {
namespace {

SubmissionForm GoodForm() {
  return {"A chair in an empty room", "7", "", false};
}

// The one fault that `form` has, as "field: message"; "" if it is good.
std::string OnlyFault(const SubmissionForm& form) {
  const auto checked = CheckForm(form);
  const auto* faults = std::get_if<std::vector<FieldFault>>(&checked);
  if (!faults) return "";
  EXPECT_EQ(faults->size(), 1u);
  return faults->front().field + ": " + faults->front().message;
}

std::string PromptFault(std::string prompt) {
  SubmissionForm form = GoodForm();
  form.prompt = std::move(prompt);
  return OnlyFault(form);
}

TEST(SubmissionForm, GoodOneIsTakenWithItsLinesNormalised) {
  SubmissionForm form{"  Zwei Zeilen:\r\nÖl auf\tHolz \n", "10",
                      " a.b+c@example.org ", true, "Write to me"};
  const auto checked = CheckForm(form);
  const auto& submission = std::get<Submission>(checked);
  EXPECT_EQ(submission.prompt, "Zwei Zeilen:\nÖl auf Holz");
  EXPECT_EQ(submission.eccentricity, 10);
  EXPECT_EQ(submission.email, "a.b+c@example.org");
  EXPECT_TRUE(submission.subscribe);
  EXPECT_EQ(submission.update_wording, "Write to me");
}

TEST(SubmissionForm, HundredThousandCharactersGiveOneSentence) {
  EXPECT_EQ(PromptFault(std::string(100'000, 'a')),
            "prompt: This is too long: please keep to 500 characters.");
}

TEST(SubmissionForm, PromptIsCountedInCodePoints) {
  std::string longest;
  for (size_t i = 0; i < kMaxPromptCharacters; ++i) longest += "\U0001F58C";
  EXPECT_EQ(PromptFault(longest), "");
  EXPECT_EQ(PromptFault(longest + "a"),
            "prompt: This is 501 characters long: please keep to 500 "
            "characters.");
}

TEST(SubmissionForm, PromptMustBeCleanText) {
  EXPECT_NE(PromptFault(""), "");
  EXPECT_NE(PromptFault(" \r\n\t"), "");
  EXPECT_NE(PromptFault("half a character \xc3"), "");
  EXPECT_NE(PromptFault(std::string("a\0b", 3)), "");
  EXPECT_NE(PromptFault("bell \a"), "");
  EXPECT_NE(PromptFault("turned \u202e around"), "");
  EXPECT_NE(PromptFault("C1 \u0085"), "");
  EXPECT_EQ(PromptFault("two\nlines"), "");
}

TEST(SubmissionForm, EccentricityIsAWholeNumberFromOneToTen) {
  for (const char* bad : {"", "0", "11", "-1", "5.5", "7 ", "seven",
                          "99999999999999999999", "0x7"}) {
    SubmissionForm form = GoodForm();
    form.eccentricity = bad;
    EXPECT_EQ(OnlyFault(form).substr(0, 13), "eccentricity:") << bad;
  }
}

TEST(SubmissionForm, NewsNeedsAnAddress) {
  SubmissionForm form = GoodForm();
  EXPECT_EQ(OnlyFault(form), "");
  form.update_check = true;
  EXPECT_EQ(OnlyFault(form).substr(0, 6), "email:");
}

TEST(SubmissionForm, EveryBadFieldIsNamed) {
  const auto checked = CheckForm({"", "", "nobody", false});
  EXPECT_EQ(std::get<std::vector<FieldFault>>(checked).size(), 3u);
}

TEST(EmailAddress, OrdinaryOnesAreTaken) {
  for (const char* good :
       {"a@b.co", "first.last+tag@sub.example.org", "o'neill@example.ie",
        "x_y-z@xn--bcher-kva.example", "1@2.de"}) {
    EXPECT_TRUE(IsEmailAddress(good)) << good;
  }
  const std::string local(64, 'a');
  EXPECT_TRUE(IsEmailAddress(local + "@example.org"));
}

TEST(EmailAddress, NothingThatCouldEndALineOrACommand) {
  for (const char* bad : {"",
                          "@",
                          "a@",
                          "@b.co",
                          "a@b",
                          "a b@c.de",
                          "a@b.co\r\nBcc: x@y.z",
                          "a@b.co\n",
                          "\"a b\"@c.de",
                          "a@[127.0.0.1]",
                          "a..b@c.de",
                          ".a@c.de",
                          "a.@c.de",
                          "a@b..co",
                          "a@.b.co",
                          "a@b.co.",
                          "a@-b.co",
                          "a@b-.co",
                          "a@b@c.de",
                          "<a@b.co>",
                          "a@b.co>",
                          "a,b@c.de",
                          "ä@example.org",
                          "a@exämple.org",
                          "a(b)@c.de",
                          "a@b.co\t"}) {
    EXPECT_FALSE(IsEmailAddress(bad)) << bad;
  }
  EXPECT_FALSE(IsEmailAddress(std::string("a\0@b.co", 7)));
  EXPECT_FALSE(IsEmailAddress(std::string(65, 'a') + "@example.org"));
  std::string long_domain = "a@";
  while (long_domain.size() < 260) long_domain += "abcdefgh.";
  EXPECT_FALSE(IsEmailAddress(long_domain + "org"));
}

TEST(ReviewId, NewOnesAreIdsAndDiffer) {
  const std::string id = NewReviewId();
  EXPECT_EQ(id.size(), 12u);
  EXPECT_TRUE(IsReviewId(id));
  EXPECT_NE(id, NewReviewId());
}

TEST(ReviewId, OldLinksAreIdsAndOddOnesAreNot) {
  EXPECT_TRUE(IsReviewId("0a1b2c3d"));
  for (const char* bad : {"", "0a1b2c3", "0A1B2C3D", "0a1b2c3g", "0123456789ai",
                          "0123456789aB", "../../passwd", "0123456789abc"}) {
    EXPECT_FALSE(IsReviewId(bad)) << bad;
  }
}

}  // namespace
}  // namespace artspeak::service
