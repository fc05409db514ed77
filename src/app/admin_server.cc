#include "app/admin_server.h"

#include "net/http_server.h"
#include "store/sqlite_audit_trail.h"
#include "store/sqlite_gallery_store.h"
#include "store/sqlite_moderation_store.h"
#include "store/sqlite_person_store.h"
#include "store/sqlite_submission_store.h"
#include "store/sqlite_subscriber_store.h"
#include "web/admin_site.h"
#include "web/password_hash.h"

namespace artspeak::app {

namespace {

// The owner has a few tabs open; whoever else comes shall not cost much.
constexpr int kMaxConnections = 64;

struct Desk {
  Desk(const Configuration& configuration, const web::SiteOptions& options,
       store::SqliteDatabase& database, base::Clock& clock)
      : submissions(database),
        moderation(database),
        gallery(database),
        trail(database),
        people(database),
        subscribers(database),
        site(options, web::PasswordHash(configuration.admin.password),
             {submissions, moderation, gallery, trail, people, subscribers},
             clock) {}

  store::SqliteSubmissionStore submissions;
  store::SqliteModerationStore moderation;
  store::SqliteGalleryStore gallery;
  store::SqliteAuditTrail trail;
  store::SqlitePersonStore people;
  store::SqliteSubscriberStore subscribers;
  web::AdminSite site;
};

}  // namespace

struct AdminServer::Impl {
  Impl(const Configuration& configuration, const web::SiteOptions& options,
       store::SqliteDatabase& database, base::Clock& clock)
      : desk(configuration, options, database, clock),
        server({.address = configuration.admin.address,
                .port = configuration.admin.port,
                .max_connections = kMaxConnections},
               [this](const net::Request& request) {
                 return desk.site.Handle(request);
               }) {}

  Desk desk;
  net::HttpServer server;
};

void CheckAdmin(const Configuration& configuration,
                const web::SiteOptions& options,
                store::SqliteDatabase& database) {
  if (configuration.admin.password.empty()) return;
  base::SystemClock clock;
  const Desk desk(configuration, options, database, clock);
}

AdminServer::AdminServer(const Configuration& configuration,
                         const web::SiteOptions& options,
                         store::SqliteDatabase& database, base::Clock& clock)
    : impl_(std::make_unique<Impl>(configuration, options, database, clock)) {}

AdminServer::~AdminServer() = default;

std::string AdminServer::url() const { return impl_->server.url(); }

}  // namespace artspeak::app
