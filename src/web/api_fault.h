// What a program is told when it does not get what it asked for.
#pragma once

#include <string>

#include "net/http_message.h"

namespace artspeak::web {

// As OpenAI's clients read it: they choose their exception by the status, and
// try again after 429 and 5xx.
struct ApiFault {
  int status = 400;
  std::string message;     // for the program's author
  std::string param = {};  // the field that is meant; empty: none
  std::string code = {};   // for the program; empty: none
};

// {"error": {"message": …, "type": …, "param": …, "code": …}}, one line.
std::string ApiFaultJson(const ApiFault& fault);

net::Response ApiFaultResponse(const ApiFault& fault);

}  // namespace artspeak::web
