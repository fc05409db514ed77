#include "app/admin_server.h"

#include "app/site_options.h"
#include "net/http_server.h"
#include "web/admin_site.h"
#include "web/password_hash.h"

namespace artspeak::app {

namespace {

// The owner has a few tabs open; whoever else comes shall not cost much.
constexpr int kMaxConnections = 64;

web::AdminStores StoresOf(Stores& stores) {
  return {stores.submissions, stores.moderation, stores.gallery,
          stores.trail,       stores.people,     stores.subscribers};
}

}  // namespace

struct AdminServer::Impl {
  Impl(const Configuration& configuration, Stores& stores, base::Clock& clock)
      : site(SiteOptionsOf(configuration),
             web::PasswordHash(configuration.admin.password), StoresOf(stores),
             clock),
        server({.address = configuration.admin.address,
                .port = configuration.admin.port,
                .max_connections = kMaxConnections},
               [this](const net::Request& request) {
                 return site.Handle(request);
               }) {}

  web::AdminSite site;
  net::HttpServer server;
};

void CheckAdmin(const Configuration& configuration, Stores& stores) {
  if (configuration.admin.password.empty()) return;
  base::SystemClock clock;
  const web::AdminSite site(SiteOptionsOf(configuration),
                            web::PasswordHash(configuration.admin.password),
                            StoresOf(stores), clock);
}

AdminServer::AdminServer(const Configuration& configuration, Stores& stores,
                         base::Clock& clock)
    : impl_(std::make_unique<Impl>(configuration, stores, clock)) {}

AdminServer::~AdminServer() = default;

std::string AdminServer::url() const { return impl_->server.url(); }

}  // namespace artspeak::app
