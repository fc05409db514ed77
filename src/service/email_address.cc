#include "service/email_address.h"

#include "service/submission.h"

namespace artspeak::service {

namespace {

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9');
}

bool IsAtomCharacter(char c) {
  return IsLetterOrDigit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) !=
             std::string_view::npos;
}

// Calls check(part) for the parts between dots; false if one is empty or fails.
template <typename Check>
bool EveryPart(std::string_view text, Check check) {
  while (true) {
    const size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty() || !check(part)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool IsAtom(std::string_view part) {
  for (char c : part) {
    if (!IsAtomCharacter(c)) return false;
  }
  return true;
}

bool IsLabel(std::string_view part) {
  for (char c : part) {
    if (!IsLetterOrDigit(c) && c != '-') return false;
  }
  return part.size() <= 63 && part.front() != '-' && part.back() != '-';
}

}  // namespace

bool IsEmailAddress(std::string_view text) {
  if (text.size() > kMaxEmailBytes) return false;
  const size_t at = text.find('@');
  if (at == std::string_view::npos || at > 64) return false;
  const std::string_view domain = text.substr(at + 1);
  return EveryPart(text.substr(0, at), IsAtom) &&
         domain.find('.') != std::string_view::npos &&
         EveryPart(domain, IsLabel);
}

}  // namespace artspeak::service
