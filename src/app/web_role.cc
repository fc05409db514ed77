#include "app/web_role.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "app/site_options.h"
#include "base/log.h"

namespace artspeak::app {

namespace {

// Those who watch a review being written, and all others beside them.
constexpr int kMaxConnections = web::Site::kMaxEventStreams + 512;

// Room for that many connections beside our files. Most systems let a program
// raise its limit; where this one does not, so many are turned away.
void RaiseOpenFileLimit(int connections) {
  constexpr rlim_t kOthers = 256;
  const rlim_t wanted = static_cast<rlim_t>(connections) + kOthers;
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    base::LogWarning(
        "this system lets a program open {} files, too few for {} visitors at "
        "once: raise its limit (LimitNOFILE= in a systemd unit)",
        limit.rlim_cur, connections);
  }
}

}  // namespace

WebRole::Desk::Desk(const Configuration& configuration, Stores& stores,
                    base::Clock& clock, std::function<void()> on_submission)
    : reception(stores.submissions, clock, std::move(on_submission),
                [this](std::string_view prompt) {
                  return held_words && held_words->Holds(prompt);
                }),
      list(stores.subscribers, clock),
      gallery(stores.gallery, clock) {
  if (!configuration.site.held_words.empty()) {
    held_words.emplace(configuration.site.held_words);
  }
}

web::SiteServices WebRole::Desk::services() {
  return {.reception = reception, .list = list, .gallery = gallery};
}

WebRole::WebRole(const Configuration& configuration, Stores& stores,
                 base::Clock& clock, Options options)
    : desk_(configuration, stores, clock, std::move(options.on_submission)),
      guards_(configuration, stores, clock),
      site_(SiteOptionsOf(configuration), [&] {
        web::SiteServices services = desk_.services();
        services.live = options.live;
        services.guard = guards_.guard();
        return services;
      }()) {
  if (!configuration.admin.password.empty()) {
    admin_.emplace(configuration, stores, clock);
  }
  RaiseOpenFileLimit(kMaxConnections);
  server_.emplace(
      net::HttpServer::Options{.address = configuration.site.address,
                               .port = configuration.site.port,
                               .max_body = web::Site::kMaxReadBody,
                               .max_connections = kMaxConnections},
      [this, answer_program = std::move(options.answer_program)](
          const net::Request& request) {
        if (answer_program) {
          if (auto answer = answer_program(request)) return *std::move(answer);
        }
        return site_.Handle(request);
      },
      [this](const net::Request& request) { return site_.FindReady(request); });
}

void WebRole::Check(const Configuration& configuration, Stores& stores,
                    base::Clock& clock) {
  Desk desk(configuration, stores, clock, {});
  const web::Site site(SiteOptionsOf(configuration), desk.services());
  CheckAdmin(configuration, stores);
}

}  // namespace artspeak::app
