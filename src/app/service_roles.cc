#include "app/service_roles.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <optional>
#include <utility>

#include "app/notifier_role.h"
#include "app/role_threads.h"
#include "app/stores.h"
#include "app/web_role.h"
#include "app/worker_role.h"
#include "base/clock.h"
#include "base/log.h"
#include "service/housekeeper.h"
#include "service/live_text.h"

namespace artspeak::app {

namespace {

std::string RoleNames(const ServiceRoles& roles) {
  std::string names;
  for (const auto& [on, name] :
       {std::pair(roles.web, "web"), std::pair(roles.worker, "worker"),
        std::pair(roles.notifier, "notifier")}) {
    if (on) names += names.empty() ? name : fmt::format(", {}", name);
  }
  return names;
}

}  // namespace

void CheckService(const Configuration& configuration) {
  base::SystemClock clock;
  Stores stores(configuration.database);
  WebRole::Check(configuration, stores, clock);
  const NotifierRole notifier(configuration, stores.outbox, clock);
  WorkerRole::Check(configuration);
}

void RunService(const Configuration& configuration,
                const ServiceOptions& options, std::stop_token stop) {
  // A visitor or mail server that goes away is an error of one call, not a
  // signal that ends us.
  signal(SIGPIPE, SIG_IGN);

  base::SystemClock clock;
  Stores stores(configuration.database);
  service::LiveText live;
  service::Housekeeper housekeeper(stores.privacy, stores.subscribers, clock,
                                   std::chrono::days(configuration.keep_days));

  // Each knows those before it, and ends before them.
  const ServiceRoles& roles = options.roles;
  std::optional<NotifierRole> notifier;
  std::optional<WorkerRole> worker;
  std::optional<WebRole> web;
  if (roles.notifier) notifier.emplace(configuration, stores.outbox, clock);
  if (roles.worker) {
    worker.emplace(configuration, stores.queue, live, clock,
                   WorkerRole::Options{.threads = options.threads,
                                       .on_finished = [&notifier] {
                                         if (notifier) notifier->Wake();
                                       }});
  }
  if (roles.web) {
    web.emplace(
        configuration, stores, clock,
        WebRole::Options{.live = &live,
                         .on_submission =
                             [&worker, &notifier] {
                               if (worker) worker->Wake();
                               // A wish to join the list sends a mail.
                               if (notifier) notifier->Wake();
                             },
                         .answer_program =
                             [&worker](const net::Request& request) {
                               return worker ? worker->AnswerProgram(request)
                                             : std::nullopt;
                             }});
  } else if (worker) {
    worker->ListenForPrograms();
  }

  RoleThreads threads;
  threads.Start([&](std::stop_token end) { housekeeper.Run(end); });
  if (worker) threads.Start([&](std::stop_token end) { worker->Run(end); });
  if (notifier) threads.Start([&](std::stop_token end) { notifier->Run(end); });

  const std::string url = web ? web->url() : worker ? worker->url() : "";
  base::LogInfo("{} running{}", RoleNames(roles),
                url.empty() ? "" : " on " + url);
  if (web && !web->admin_url().empty()) {
    base::LogInfo("the owner's pages are on {}admin/", web->admin_url());
  }
  if (options.on_ready) options.on_ready(url);
  threads.Wait(clock, stop);

  web.reset();
  if (worker) worker->StopListening();
  threads.Stop();
  threads.RethrowFailure();
  base::LogInfo("{} ended", RoleNames(roles));
}

}  // namespace artspeak::app
