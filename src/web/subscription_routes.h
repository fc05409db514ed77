// The mailing list, by the links in its mails:
//   GET  /subscription/<token>              what the address is to the list,
//                                           with a button to join or to leave
//   POST /subscription/<token>/confirm      joins; 303 to the page
//   GET  /subscription/<token>/unsubscribe  the page: scanners follow links
//   POST /subscription/<token>/unsubscribe  leaves; also by the one click of a
//                                           mail program (RFC 8058)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.h"
#include "net/url.h"
#include "service/mailing_list.h"
#include "web/pages.h"
#include "web/subscription_wording.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class SubscriptionRoutes {
 public:
  SubscriptionRoutes(const Pages& pages, const net::Url& site,
                     const SubscriptionWording& wording,
                     service::MailingList& list)
      : pages_(pages), site_(site), wording_(wording), list_(list) {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  net::Response Show(std::string_view token) const;
  net::Response Confirm(const net::Request& request,
                        std::string_view token) const;

  const Pages& pages_;
  const net::Url& site_;
  const SubscriptionWording& wording_;
  service::MailingList& list_;
};

// "/subscription/<token>", and what mail programs post to.
std::string SubscriptionPath(std::string_view token);
std::string UnsubscribePath(std::string_view token);

}  // namespace artspeak::web
