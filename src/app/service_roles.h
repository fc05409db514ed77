// The site as it runs: web server, worker and notifier, in one process or each
// in its own, wired to the store, the model and the mailer of a configuration.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "app/configuration.h"

namespace artspeak::app {

struct ServiceRoles {
  bool web = false;
  bool worker = false;  // the only one that needs a model
  bool notifier = false;
};

struct ServiceOptions {
  ServiceRoles roles;
  int threads = 0;  // that compute; 0: one for each processor
  // Called once when everything runs, with the site's address on this machine
  // ("http://127.0.0.1:8080/") or, without the web role, that of a worker for
  // programs; empty if nothing listens. Logged too.
  std::function<void(const std::string& address)> on_ready;
};

// Runs until stop is requested, then ends in order: accepts no more visitors
// and answers those inside, gives the worker's leases back, finishes the mail
// in hand. Throws base::Error if something cannot start: no model, a broken
// template, a port in use. With the worker role the calling thread's priority
// is lowered for good.
void RunService(const Configuration& configuration,
                const ServiceOptions& options, std::stop_token stop);

// Reads and builds all that the roles together would, the database and the
// mails' folder too, and ends without listening or sending. Throws base::Error
// naming what is wrong.
void CheckService(const Configuration& configuration);

}  // namespace artspeak::app
