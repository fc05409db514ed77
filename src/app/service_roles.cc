#include "app/service_roles.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "app/admin_server.h"
#include "app/held_words.h"
#include "app/training_passages.h"
#include "base/busy_file.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "base/thread_priority.h"
#include "decode/loaded_model.h"
#include "engine/text_engine.h"
#include "mail/directory_mailer.h"
#include "mail/smtp_mailer.h"
#include "net/http_server.h"
#include "net/mail_exchange.h"
#include "service/admission.h"
#include "service/gallery.h"
#include "service/housekeeper.h"
#include "service/live_text.h"
#include "service/mail_domains.h"
#include "service/mailing_list.h"
#include "service/notifier.h"
#include "service/reception.h"
#include "service/review_id.h"
#include "service/worker.h"
#include "store/sqlite_admission_store.h"
#include "store/sqlite_database.h"
#include "store/sqlite_gallery_store.h"
#include "store/sqlite_job_queue.h"
#include "store/sqlite_outbox.h"
#include "store/sqlite_privacy_store.h"
#include "store/sqlite_secret_store.h"
#include "store/sqlite_submission_store.h"
#include "store/sqlite_subscriber_store.h"
#include "web/client_reader.h"
#include "web/completions_api.h"
#include "web/guard.h"
#include "web/mail_pages.h"
#include "web/site.h"

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

// Names this process among all that share a store: the host and process for the
// reader, the rest so that a restart is never taken for the one before.
std::string OwnerName() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  return fmt::format("{}:{}:{}", host, getpid(), service::NewReviewId());
}

std::unique_ptr<service::Mailer> MakeMailer(const Configuration::Mail& mail,
                                            const mail::Sender& sender) {
  if (mail.kind == Configuration::Mail::Kind::kSmtp) {
    return std::make_unique<mail::SmtpMailer>(mail.url, sender);
  }
  return std::make_unique<mail::DirectoryMailer>(mail.directory, sender);
}

// How programs call the model: by the last part of its path; but a run's, in
// runs/NAME/model, by the run's.
std::string ModelName(const Configuration& configuration) {
  std::filesystem::path path(configuration.model);
  if (path.filename().empty()) path = path.parent_path();
  if (path.filename() == "model" && path.has_parent_path()) {
    path = path.parent_path();
  }
  return path.filename().string();
}

// "http://127.0.0.1:8080/".
std::string AddressOf(const std::string& address, int port) {
  const bool six = address.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(six ? "http://[{}]:{}/" : "http://{}:{}/"),
                     address, port);
}

decode::CopyLimit CopyLimitOf(const Configuration& configuration) {
  return CopyLimitFor(ModelPath(configuration), configuration.max_copied_words);
}

service::MailDomain AskResolver(const std::string& domain) {
  switch (net::FindMailExchange(domain)) {
    case net::MailExchange::kTaken:
      return service::MailDomain::kTakesMail;
    case net::MailExchange::kNone:
      return service::MailDomain::kTakesNone;
    case net::MailExchange::kUnknown:
      return service::MailDomain::kUnknown;
  }
  return service::MailDomain::kUnknown;
}

// Those who guard the site, on a database that must outlive them.
class Guards {
 public:
  Guards(const Configuration& configuration, store::SqliteDatabase& database,
         base::Clock& clock)
      : key_(store::SqliteSecretStore(database).Secret()),
        clients_(configuration.site.proxy, key_),
        store_(database),
        admission_(store_, clock, key_, configuration.limits) {
    // No mail leaves the house otherwise.
    if (configuration.mail.kind == Configuration::Mail::Kind::kSmtp) {
      mail_domains_.emplace(AskResolver, clock, std::chrono::milliseconds(700));
    }
  }

  web::Guard guard() {
    return {.clients = &clients_,
            .admission = &admission_,
            .mail_domains = mail_domains_ ? &*mail_domains_ : nullptr};
  }

 private:
  const std::string key_;
  const web::ClientReader clients_;
  store::SqliteAdmissionStore store_;
  service::Admission admission_;
  std::optional<service::MailDomains> mail_domains_;
};

// Holds the busy file while texts are written. That it cannot is said once, at
// the start where possible: they are written all the same. Not thread-safe.
class BusySign {
 public:
  explicit BusySign(const std::filesystem::path& path) : file_(path) {
    Set(true);
    Set(false);
  }

  void Set(bool busy) {
    try {
      if (busy) {
        file_.Hold();
      } else {
        file_.Release();
      }
    } catch (const base::Error& error) {
      if (std::exchange(said_, true)) return;
      base::LogWarning(
          "{}: a training on this machine will not pause for visitors; name "
          "another file as busy_file under [worker]",
          error.what());
    }
  }

 private:
  base::BusyFile file_;
  bool said_ = false;
};

// Threads that end the whole service if one of them fails.
class RoleThreads {
 public:
  RoleThreads() = default;
  ~RoleThreads() { StopAndJoin(); }

  void Start(std::function<void(std::stop_token)> role) {
    threads_.emplace_back([this, role = std::move(role)] {
      try {
        role(stop_.get_token());
      } catch (...) {
        {
          std::lock_guard lock(mutex_);
          if (!failure_) failure_ = std::current_exception();
        }
        failed_.request_stop();
      }
    });
  }

  std::stop_source& failed() { return failed_; }

  void StopAndJoin() {
    stop_.request_stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void RethrowFailure() {
    std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::stop_source stop_;
  std::stop_source failed_;  // also stopped from outside, to end the wait
  std::mutex mutex_;         // guards failure_
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

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

web::SiteOptions SiteOptionsOf(const Configuration& configuration) {
  return {.directory = configuration.site.directory,
          .base_url = configuration.site.base_url,
          .time_zone = configuration.site.time_zone,
          .name = configuration.site.name};
}

void CheckService(const Configuration& configuration) {
  base::SystemClock clock;
  store::SqliteDatabase database(configuration.database);
  store::SqliteSubmissionStore submissions(database);
  store::SqliteSubscriberStore subscribers(database);
  service::Reception reception(submissions, clock);
  if (!configuration.site.held_words.empty()) {
    const HeldWords words(configuration.site.held_words);
  }
  service::MailingList list(subscribers, clock);
  store::SqliteGalleryStore gallery_store(database);
  service::Gallery gallery(gallery_store, clock);
  const web::Site site(
      SiteOptionsOf(configuration),
      web::SiteServices{
          .reception = reception, .list = list, .gallery = gallery});
  CheckAdmin(configuration, SiteOptionsOf(configuration), database);
  const web::MailPages mail_pages(SiteOptionsOf(configuration));
  MakeMailer(configuration.mail, mail::ParseSender(configuration.mail.from));
  decode::LoadedModel::Load(ModelPath(configuration));
  CopyLimitOf(configuration);
}

void RunService(const Configuration& configuration,
                const ServiceOptions& options, std::stop_token stop) {
  // A visitor or mail server that goes away is an error of one call, not a
  // signal that ends us.
  signal(SIGPIPE, SIG_IGN);
  const ServiceRoles& roles = options.roles;
  base::SystemClock clock;
  store::SqliteDatabase database(configuration.database);
  store::SqliteSubmissionStore submissions(database);
  store::SqliteJobQueue queue(database);
  store::SqliteOutbox outbox(database);

  std::optional<web::MailPages> mail_pages;
  std::unique_ptr<service::Mailer> mailer;
  std::optional<service::Notifier> notifier;
  if (roles.notifier) {
    const mail::Sender sender = mail::ParseSender(configuration.mail.from);
    mail_pages.emplace(SiteOptionsOf(configuration));
    mailer = MakeMailer(configuration.mail, sender);
    uint64_t jitter_seed = 0;
    base::SystemRandom(std::as_writable_bytes(std::span(&jitter_seed, 1)));
    notifier.emplace(
        outbox, *mailer,
        [&](const service::DueMail& mail) { return mail_pages->Render(mail); },
        clock,
        service::Notifier::Options{.name = OwnerName(),
                                   .message_id_domain = sender.address.substr(
                                       sender.address.find('@') + 1),
                                   .jitter_seed = jitter_seed});
  }

  service::LiveText live;        // before the engine, which outlives no sink
  std::optional<BusySign> busy;  // before the engine, which ends before it
  std::unique_ptr<engine::TextEngine> engine;
  std::optional<service::Worker> worker;
  std::optional<web::CompletionsApi> api;
  if (roles.worker) {
    busy.emplace(configuration.busy_file);
    engine = std::make_unique<engine::TextEngine>(
        decode::LoadedModel::Load(ModelPath(configuration)),
        engine::TextEngine::Options{
            .threads = options.threads,
            .kv = configuration.kv,
            .copy_limit = CopyLimitOf(configuration),
            .on_busy = [&busy](bool is_busy) { busy->Set(is_busy); }});
    // All threads started below are the site's, which compute little: they
    // shall not stop one of the engine's in the middle of a loop that the
    // others wait for.
    base::LowerThreadPriority();
    worker.emplace(queue, *engine, clock,
                   service::Worker::Options{.name = OwnerName(),
                                            .on_finished =
                                                [&notifier] {
                                                  if (notifier) {
                                                    notifier->Wake();
                                                  }
                                                },
                                            .live = &live});
    if (!configuration.api.key_hashes.empty()) {
      api.emplace(
          web::CompletionsApi::Options{
              .key_hashes = configuration.api.key_hashes,
              .model = ModelName(configuration)},
          *engine, clock);
    }
  }

  std::optional<HeldWords> held_words;
  if (roles.web && !configuration.site.held_words.empty()) {
    held_words.emplace(configuration.site.held_words);
  }
  store::SqliteSubscriberStore subscribers(database);
  service::MailingList list(subscribers, clock);
  service::Reception reception(
      submissions, clock,
      [&worker, &notifier] {
        if (worker) worker->Wake();
        if (notifier) notifier->Wake();  // a wish to join the list sends a mail
      },
      [&held_words](std::string_view prompt) {
        return held_words && held_words->Holds(prompt);
      });
  std::optional<Guards> guards;
  store::SqliteGalleryStore gallery_store(database);
  service::Gallery gallery(gallery_store, clock);
  std::optional<web::Site> site;
  std::optional<net::HttpServer> server;
  std::optional<AdminServer> admin;
  std::string address;
  if (roles.web && !configuration.admin.password.empty()) {
    admin.emplace(configuration, SiteOptionsOf(configuration), database, clock);
  }
  if (roles.web) {
    guards.emplace(configuration, database, clock);
    site.emplace(SiteOptionsOf(configuration),
                 web::SiteServices{.reception = reception,
                                   .list = list,
                                   .gallery = gallery,
                                   .live = &live,
                                   .guard = guards->guard()});
    RaiseOpenFileLimit(kMaxConnections);
    server.emplace(
        net::HttpServer::Options{.address = configuration.site.address,
                                 .port = configuration.site.port,
                                 .max_body = web::Site::kMaxReadBody,
                                 .max_connections = kMaxConnections},
        [&site, &api](const net::Request& request) {
          if (api) {
            if (auto answer = api->Answer(request)) return *std::move(answer);
          }
          return site->Handle(request);
        },
        [&site](const net::Request& request) {
          return site->FindReady(request);
        });
    address = AddressOf(configuration.site.address, server->port());
  } else if (api && !configuration.api.address.empty()) {
    server.emplace(
        net::HttpServer::Options{.address = configuration.api.address,
                                 .port = configuration.api.port,
                                 .max_body = web::Site::kMaxReadBody},
        [&api](const net::Request& request) {
          auto answer = api->Answer(request);
          return answer ? *std::move(answer) : web::CompletionsApi::Nothing();
        });
    address = AddressOf(configuration.api.address, server->port());
  }

  store::SqlitePrivacyStore privacy(database);
  service::Housekeeper housekeeper(privacy, subscribers, clock,
                                   std::chrono::days(configuration.keep_days));

  RoleThreads threads;
  threads.Start([&](std::stop_token end) { housekeeper.Run(end); });
  if (worker) {
    threads.Start([&](std::stop_token end) { worker->Run(end); });
  }
  if (notifier) {
    threads.Start([&](std::stop_token end) { notifier->Run(end); });
  }
  base::LogInfo("{} running{}", RoleNames(roles),
                address.empty() ? "" : " on " + address);
  if (admin) {
    base::LogInfo("the owner's pages are on {}admin/",
                  AddressOf(configuration.admin.address, admin->port()));
  }
  if (options.on_ready) options.on_ready(address);

  std::stop_callback end(stop, [&] { threads.failed().request_stop(); });
  while (clock.Sleep(std::chrono::hours(24), threads.failed().get_token())) {
  }
  if (site) site->EndStreams();
  server.reset();
  admin.reset();
  threads.StopAndJoin();
  threads.RethrowFailure();
  base::LogInfo("{} ended", RoleNames(roles));
}

}  // namespace artspeak::app
