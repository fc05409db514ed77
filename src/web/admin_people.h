// What the owner does about people, once signed in:
//   GET  /admin/people/                 how many are on the mailing list, and
//                                       the form that forgets someone
//   GET  /admin/people/subscribers.csv  the list, to take elsewhere
//   POST /admin/people/erase            asks whether that is meant; with
//                                       sure=yes does it, 303 to people; 422
//                                       for what is no address
// The address stands in no link: links stay in a browser's memory.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "net/http_message.h"
#include "service/person_store.h"
#include "service/subscriber_store.h"
#include "web/pages.h"
#include "web/posted_form.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it. Throws StoreUnavailable.
class AdminPeople {
 public:
  // Throws base::Error if a template is missing or broken.
  AdminPeople(const Pages& pages, service::PersonStore& people,
              service::SubscriberStore& subscribers, base::Clock& clock);

  // A GET; `key` goes into every form. Nothing: the path is another's.
  std::optional<net::Response> Show(const net::Request& request,
                                    const std::string& key) const;

  // A POST whose key was right. Nothing: the path is another's.
  std::optional<net::Response> Do(const net::Request& request,
                                  const PostedForm& form,
                                  const std::string& key) const;

 private:
  net::Response People(const net::Request& request, Values values) const;
  net::Response Subscribers() const;

  const Pages& pages_;
  service::PersonStore& people_;
  service::SubscriberStore& subscribers_;
  base::Clock& clock_;
};

}  // namespace artspeak::web
