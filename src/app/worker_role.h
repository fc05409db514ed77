// The worker as it runs: the model, who takes jobs for it, and what programs
// ask of it.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "app/busy_sign.h"
#include "app/configuration.h"
#include "base/clock.h"
#include "engine/text_engine.h"
#include "net/http_message.h"
#include "net/http_server.h"
#include "service/job_queue.h"
#include "service/live_text.h"
#include "service/worker.h"
#include "web/completions_api.h"

namespace artspeak::app {

class WorkerRole {
 public:
  struct Options {
    int threads = 0;  // that compute; 0: one for each processor
    // Called after each finished job; must not block.
    std::function<void()> on_finished = {};
  };

  // queue, live and clock must outlive it. Throws base::Error if there is no
  // model, or no index for the limit of copies. Lowers the calling thread's
  // priority for good, and so that of all threads it starts from then on: they
  // compute little, and shall not stop one of the engine's in the middle of a
  // loop that the others wait for.
  WorkerRole(const Configuration& configuration, service::JobQueue& queue,
             service::LiveText& live, base::Clock& clock, Options options);
  WorkerRole(const WorkerRole&) = delete;
  WorkerRole& operator=(const WorkerRole&) = delete;

  // Reads what it would, and throws as it would.
  static void Check(const Configuration& configuration);

  // Works until stop is requested, then gives its leases back. Call it once.
  void Run(std::stop_token stop) { worker_->Run(stop); }

  // A job was submitted in this process. Thread-safe, does not block.
  void Wake() { worker_->Wake(); }

  // The answer to a program's request; none to all others. Thread-safe.
  std::optional<net::Response> AnswerProgram(const net::Request& request);

  // Listens for programs until StopListening, if the configuration has keys and
  // an address for them: where no site listens. Throws base::Error when the
  // address cannot be had.
  void ListenForPrograms();
  void StopListening() { server_.reset(); }
  // "http://127.0.0.1:8082/"; empty if it does not listen.
  std::string url() const { return server_ ? server_->url() : ""; }

 private:
  const Configuration::Api access_;
  BusySign busy_;  // the engine sets it
  engine::TextEngine engine_;
  std::optional<service::Worker> worker_;
  std::optional<web::CompletionsApi> api_;
  std::optional<net::HttpServer> server_;
};

}  // namespace artspeak::app
