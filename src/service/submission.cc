#include "service/submission.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "base/utf8.h"
#include "service/email_address.h"

namespace artspeak::service {

namespace {

// No letter, and no line either: C0, C1, the line and paragraph separators, and
// the marks that turn the direction of all that follows on a page.
bool IsForbidden(char32_t c) {
  if (c == '\n') return false;
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

// Line ends as browsers post them become \n, and a tab a space.
std::string NormaliseLines(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      if (i + 1 < text.size() && text[i + 1] == '\n') continue;
      result += '\n';
    } else {
      result += text[i] == '\t' ? ' ' : text[i];
    }
  }
  return result;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \n\r\t";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Empty if the prompt is good; sets `prompt`.
std::string CheckPrompt(std::string_view posted, std::string& prompt) {
  // Nothing this long can be right (a character has at most four bytes and a
  // posted line end two), so do not look at every byte of it.
  if (posted.size() > 8 * kMaxPromptCharacters) {
    return fmt::format("This is too long: please keep to {} characters.",
                       kMaxPromptCharacters);
  }
  if (!base::IsValidUtf8(posted)) {
    return "This text arrived damaged: please type it again.";
  }
  prompt = Trim(NormaliseLines(posted));
  if (prompt.empty()) return "Please write a few words to begin with.";
  const size_t characters = base::CountCodePoints(prompt);
  if (characters > kMaxPromptCharacters) {
    return fmt::format(
        "This is {} characters long: please keep to {} characters.", characters,
        kMaxPromptCharacters);
  }
  for (std::string_view rest = prompt; !rest.empty();) {
    const base::Utf8Character c = base::DecodeUtf8(rest);
    if (IsForbidden(c.code_point)) {
      return "This text holds invisible control characters: please remove "
             "them, or type the text anew.";
    }
    rest.remove_prefix(static_cast<size_t>(c.bytes));
  }
  return {};
}

std::string CheckEccentricity(std::string_view posted, int& eccentricity) {
  const char* end = posted.data() + posted.size();
  const auto [rest, error] = std::from_chars(posted.data(), end, eccentricity);
  if (error != std::errc() || rest != end || eccentricity < kMinEccentricity ||
      eccentricity > kMaxEccentricity) {
    return fmt::format("Please choose a whole number from {} to {}.",
                       kMinEccentricity, kMaxEccentricity);
  }
  return {};
}

std::string CheckEmail(std::string_view posted, bool wanted,
                       std::string& email) {
  // Blanks around an address are a slip of pasting; a line break is not.
  while (!posted.empty() && posted.front() == ' ') posted.remove_prefix(1);
  while (!posted.empty() && posted.back() == ' ') posted.remove_suffix(1);
  if (posted.empty()) {
    return wanted ? "Please give the address that news should go to." : "";
  }
  if (!IsEmailAddress(posted)) {
    return "This does not look like a mail address: please check it, or leave "
           "it out.";
  }
  email = posted;
  return {};
}

}  // namespace

std::variant<Submission, std::vector<FieldFault>> CheckForm(
    const SubmissionForm& form) {
  Submission submission;
  std::vector<FieldFault> faults;
  const auto note = [&](const char* field, std::string fault) {
    if (!fault.empty()) faults.push_back({field, std::move(fault)});
  };
  note("prompt", CheckPrompt(form.prompt, submission.prompt));
  note("eccentricity",
       CheckEccentricity(form.eccentricity, submission.eccentricity));
  note("email", CheckEmail(form.email, form.update_check, submission.email));
  submission.subscribe = form.update_check;
  if (form.update_check) submission.update_wording = form.update_wording;
  submission.client = form.client;
  submission.no_mail = form.no_mail;
  if (!faults.empty()) return faults;
  return submission;
}

}  // namespace artspeak::service
