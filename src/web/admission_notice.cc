#include "web/admission_notice.h"

#include <fmt/format.h>

#include <vector>

#include "web/duration_words.h"

namespace artspeak::web {

using service::Verdict;

FormNotice NoticeOf(const service::Decision& decision,
                    const service::AdmissionLimits& limits) {
  FormNotice notice;
  notice.retry_after = decision.retry_after;
  const std::string wait = DescribeWait(decision.retry_after);
  switch (decision.verdict) {
    case Verdict::kWelcome:
      break;
    case Verdict::kTrapped:
      notice.status = 422;
      notice.retry_after = {};
      notice.title = "Once more, please";
      notice.message =
          "Something filled in a field that visitors do not see, as programs "
          "do. It is empty again: please press the button once more.";
      break;
    case Verdict::kTooSoon:
      notice.title = "Once more, please";
      notice.message =
          "Much is being sent at the moment, from your connection or by "
          "everyone, and this came faster than most people write. Please "
          "press the button again.";
      break;
    case Verdict::kNeedsProof:
      notice.title = "One moment, please";
      notice.message =
          "Much is being sent at the moment, from your connection or by "
          "everyone. What you wrote is still here.";
      notice.proof = true;
      break;
    case Verdict::kClientFull:
      notice.title = "That is a good deal of art";
      notice.message = fmt::format(
          "The machine takes {} beginning{} an hour from one connection, and "
          "others may share yours. The next is welcome {}. What you wrote is "
          "still here.",
          limits.per_client, limits.per_client == 1 ? "" : "s", wait);
      break;
    case Verdict::kPromptFull:
      notice.title = "The machine knows these words";
      notice.message = fmt::format(
          "They came {} times within an hour. Please change some of them, or "
          "send them {}.",
          limits.per_prompt, wait);
      break;
    case Verdict::kHouseFull:
      notice.status = 503;
      notice.title = "The house is full";
      notice.message = fmt::format(
          "More is sent at the moment than the machine can answer. The door "
          "opens again {}. What you wrote is still here.",
          wait);
      break;
    case Verdict::kLineFull:
      notice.status = 503;
      notice.title = "The line is too long";
      notice.message =
          "So many people are waiting that the end of the line is out of "
          "sight. Please press the button again in a few minutes. What you "
          "wrote is still here.";
      break;
  }
  return notice;
}

Value DescribeNotice(const FormNotice& notice) {
  return std::vector<Values>{{{"title", notice.title},
                              {"message", notice.message},
                              {"wait", DescribeWait(notice.retry_after)},
                              {"proof", notice.proof}}};
}

}  // namespace artspeak::web
