// The owner's pages, listening on an address of their own.
#pragma once

#include <memory>
#include <string>

#include "app/configuration.h"
#include "app/stores.h"
#include "base/clock.h"

namespace artspeak::app {

// Throws base::Error if the configured password's hash is none or a template is
// missing or broken. Does nothing without a password.
void CheckAdmin(const Configuration& configuration, Stores& stores);

// Listens from construction to destruction. Thread-safe.
class AdminServer {
 public:
  // `configuration.admin.password` must not be empty; stores and clock must
  // outlive the server. Throws base::Error as CheckAdmin does, and when the
  // address cannot be had.
  AdminServer(const Configuration& configuration, Stores& stores,
              base::Clock& clock);
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  std::string url() const;  // "http://127.0.0.1:8081/"; the pages: admin/

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::app
