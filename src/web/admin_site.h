// The owner's pages, served on an address of their own:
//   GET  /admin/sign-in   asks for the password; POST takes it
//   POST /admin/sign-out
//   /admin/…              admin_routes.h and admin_people.h, for whoever is
//   signed in GET  /assets/<path>   the site's files
//
// Who is signed in is known by a cookie that no script and no other site's link
// carries; a form is taken from our own pages alone, with the key of its
// session. Works without scripts.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "net/http_message.h"
#include "web/admin_stores.h"
#include "web/password_hash.h"
#include "web/site.h"

namespace artspeak::web {

// Thread-safe.
class AdminSite {
 public:
  // `options` are the public site's. Throws Error if a template is missing or
  // broken.
  AdminSite(const SiteOptions& options, PasswordHash password,
            AdminStores stores, base::Clock& clock);
  ~AdminSite();
  AdminSite(const AdminSite&) = delete;
  AdminSite& operator=(const AdminSite&) = delete;

  // Never throws.
  net::Response Handle(const net::Request& request) noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::web
