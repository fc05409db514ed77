// What the owner sees and decides, once signed in:
//   GET  /admin/                          what waits: held, reported, offered
//   GET  /admin/reviews/?state=S&page=N   all reviews, or those in one state
//   GET  /admin/review/<id>               one review with its reports and trail
//   POST /admin/review/<id>/<deed>        approve, block, unblock, hang, unhang
//                                         or erase; 303 to the desk
//   GET  /admin/review/<id>/erase         asks whether that is meant
//   GET  /admin/trail/?page=N             the audit trail
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/http_message.h"
#include "net/url.h"
#include "web/admin_stores.h"
#include "web/pages.h"
#include "web/time_zone.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it. Throws StoreUnavailable.
class AdminRoutes {
 public:
  // `site`: the public one's address. Throws base::Error if a template is
  // missing or broken.
  AdminRoutes(const Pages& pages, const net::Url& site, const TimeZone& zone,
              AdminStores stores, base::Clock& clock);

  // A GET. `key` goes into every form.
  net::Response Show(const net::Request& request, const std::string& key) const;

  // A POST whose key was right.
  net::Response Do(const net::Request& request) const;

 private:
  net::Response Desk(const net::Request& request, Values values) const;
  net::Response Reviews(const net::Request& request, Values values) const;
  net::Response Review(std::string_view id, const char* page,
                       Values values) const;
  net::Response Trail(const net::Request& request, Values values) const;
  Values DescribeEntry(const service::AuditEntry& entry) const;

  const Pages& pages_;
  const net::Url& site_;
  const TimeZone& zone_;
  const AdminStores stores_;
  base::Clock& clock_;
};

}  // namespace artspeak::web
