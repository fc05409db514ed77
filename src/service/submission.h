// What a visitor sends: the form as posted, what is wrong with it, and the
// submission that comes out of a good one.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace artspeak::service {

// The form's limits; the page shows them.
inline constexpr size_t kMaxPromptCharacters = 500;  // code points
inline constexpr size_t kMaxEmailBytes = 254;        // RFC 5321, 4.5.3.1.3
inline constexpr int kMinEccentricity = 1;
inline constexpr int kMaxEccentricity = 10;

// The form's fields as posted: any bytes whatever.
struct SubmissionForm {
  std::string prompt;
  std::string eccentricity;
  std::string email;          // empty: the visitor wants no mail
  bool update_check = false;  // "tell me what is new": needs an address
  // Not posted: what the page says beside the box of update_check.
  std::string update_wording = {};
  std::string client = {};  // not posted: who sends it, as ClientHash says
  bool no_mail = false;     // not posted: as in Submission
};

// One sentence for the visitor about one field. `field` is the input's name:
// "prompt", "eccentricity" or "email".
struct FieldFault {
  std::string field;
  std::string message;
};

// A checked submission.
struct Submission {
  std::string id;      // see review_id.h
  std::string prompt;  // valid UTF-8, trimmed, lines end with \n
  std::string email;   // empty or a valid address
  int eccentricity = kMinEccentricity;
  bool subscribe = false;
  base::UnixTime created{};
  bool held = false;  // waits for the owner before it enters the line
  std::string update_wording = {};  // what the visitor agreed to; if subscribe
  std::string client = {};          // as ClientHash says; empty: nobody
  // No mail tells that the texts are ready, as if there were no address.
  bool no_mail = false;
};

// Checks every field; the id and the time of the result are not set yet. At
// most one fault a field. Never throws on bad input.
std::variant<Submission, std::vector<FieldFault>> CheckForm(
    const SubmissionForm& form);

}  // namespace artspeak::service
