// What the doorkeeper says, in words for a visitor.
#pragma once

#include <chrono>
#include <string>

#include "service/admission.h"
#include "web/template_folder.h"

namespace artspeak::web {

// Stands above the form, which holds what the visitor wrote.
struct FormNotice {
  int status = 429;
  std::string title;
  std::string message;
  std::chrono::seconds retry_after{0};  // 0: at once
  bool proof = false;                   // the form's script has to work first
  bool sends_itself = false;            // and then sends the form
};

// Of any verdict but kWelcome.
FormNotice NoticeOf(const service::Decision& decision,
                    const service::AdmissionLimits& limits);

// For pages/generate.html: title, message, wait, proof; as the section
// `notice`.
Value DescribeNotice(const FormNotice& notice);

}  // namespace artspeak::web
