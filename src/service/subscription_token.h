// What names a subscription in links: /subscription/<token>. Whoever has it may
// confirm and unsubscribe, so only mails to the address hold it.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::service {

// 32 digits of base 32 (160 bits) from the system's random source.
std::string NewSubscriptionToken();

bool IsSubscriptionToken(std::string_view text);

}  // namespace artspeak::service
