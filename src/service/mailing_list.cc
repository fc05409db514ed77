#include "service/mailing_list.h"

#include "service/subscription_token.h"

namespace artspeak::service {

std::optional<Subscription> MailingList::Find(std::string_view token) {
  if (!IsSubscriptionToken(token)) return std::nullopt;
  return store_.Find(token);
}

bool MailingList::Confirm(std::string_view token, std::string_view wording) {
  return IsSubscriptionToken(token) &&
         store_.Confirm(token, wording, clock_.Now());
}

void MailingList::Leave(std::string_view token) {
  if (IsSubscriptionToken(token)) store_.End(token, clock_.Now());
}

}  // namespace artspeak::service
