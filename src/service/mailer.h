// Port: how a mail leaves the house, and who writes its words.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "service/mail_words.h"
#include "service/outbox.h"

namespace artspeak::service {

// Plain text; the mailer adds the sender and encodes.
struct Mail {
  std::string to;          // a valid address
  std::string subject;     // one line of UTF-8
  std::string text;        // UTF-8, lines end with \n
  std::string message_id;  // without the angle brackets: "…@…"
  base::UnixTime date{};
  // Where one POST takes the address off the list: of list mail alone.
  std::string unsubscribe_url = {};
};

enum class Delivery {
  kSent,
  kRetry,    // not now: no connection, a timeout, a 4xx answer
  kRefused,  // never: a 5xx answer about this mail
};

struct DeliveryResult {
  Delivery delivery = Delivery::kSent;
  std::string reason;  // for the log; no credentials
};

// Used by one thread at a time.
class Mailer {
 public:
  virtual ~Mailer() = default;
  // Returns within half of kMailLeaseTime. Does not throw for what the network
  // or the server does.
  virtual DeliveryResult Send(const Mail& mail) = 0;
};

// Words of a mail: from a template, for the mail's kind. Mail goes to addresses
// that nobody verified, so it carries links alone and never a visitor's or the
// model's text.
struct RenderedMail {
  MailWords words;
  std::string unsubscribe_url = {};  // as in Mail
};
using MailRenderer = std::function<RenderedMail(const DueMail& mail)>;

}  // namespace artspeak::service
