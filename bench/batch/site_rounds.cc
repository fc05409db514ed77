// What a site's texts and pages cost each other in one process: two visitors
// ask for the front page again and again, first without pause, then 50 times a
// second each, while five texts are written, at several priorities of the
// site's threads. Timed in turn, round by round.
//
//   site_rounds MODEL SITE [ROUNDS]
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "decode/loaded_model.h"
#include "decode/scheduler.h"
#include "net/http_server.h"
#include "service/reception.h"
#include "store/sqlite_database.h"
#include "store/sqlite_gallery_store.h"
#include "store/sqlite_submission_store.h"
#include "store/sqlite_subscriber_store.h"
#include "web/site.h"

namespace artspeak {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start)
      .count();
}

double Share(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * (values.size() - 1))];
}

// One connection that is kept open; each call returns when the page is whole.
class Visitor {
 public:
  explicit Visitor(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address),
                sizeof address) != 0) {
      throw base::Error("the server does not answer");
    }
  }
  ~Visitor() { close(socket_); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  void AskForTheFrontPage() {
    constexpr std::string_view kAsk =
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (write(socket_, kAsk.data(), kAsk.size()) !=
        static_cast<ssize_t>(kAsk.size())) {
      throw base::Error("the server went away");
    }
    std::string answer;
    size_t whole = std::string::npos;
    while (answer.size() < whole) {
      char bytes[16384];
      const ssize_t count = read(socket_, bytes, sizeof bytes);
      if (count <= 0) throw base::Error("the server went away");
      answer.append(bytes, static_cast<size_t>(count));
      const size_t body = answer.find("\r\n\r\n");
      const size_t length = answer.find("Content-Length: ");
      if (body != std::string::npos && length != std::string::npos) {
        whole = body + 4 + std::stoul(answer.substr(length + 16));
      }
    }
  }

 private:
  int socket_;
};

struct Case {
  std::string name;
  int visitors;
  std::chrono::milliseconds pause;
  int niceness;
  bool writes = true;
  std::vector<double> rates = {};  // tokens a second
  std::vector<double> pages = {};  // ms
  double seconds = 0;
};

class Silence : public decode::TextSink {
 public:
  void OnPiece(int, std::string_view) override {}
  void OnEnd(int, const decode::TextEnd&) override {}
};

void Write(const decode::LoadedModel& model, base::ThreadPool& pool, Case& c) {
  decode::Scheduler scheduler(model, pool, {});
  decode::TextRequest request;
  for (int i = 0; i < 16; ++i) request.prompt.push_back(1000 + 7 * i);
  for (int i = 0; i < 5; ++i) request.streams.emplace_back(1, i);
  request.options.length = 80;
  request.options.stop_at_end_of_text = false;
  scheduler.Add(std::move(request), std::make_shared<Silence>());
  const auto start = Clock::now();
  while (!scheduler.idle()) scheduler.Step();
  c.rates.push_back(1000 * static_cast<double>(scheduler.tokens_drawn()) /
                    MillisecondsSince(start));
}

// A new thread has the niceness of the one that starts it.
std::unique_ptr<net::HttpServer> Serve(web::Site& site, int niceness) {
  std::unique_ptr<net::HttpServer> server;
  std::thread([&] {
    setpriority(PRIO_PROCESS, 0, niceness);
    server = std::make_unique<net::HttpServer>(
        net::HttpServer::Options{},
        [&site](const net::Request& request) { return site.Handle(request); });
  }).join();
  return server;
}

void Measure(const decode::LoadedModel& model, base::ThreadPool& pool,
             web::Site& site, Case& c) {
  const auto server = Serve(site, c.niceness);
  std::mutex mutex;  // guards c.pages
  const auto start = Clock::now();
  {
    std::vector<std::jthread> visitors;
    for (int i = 0; i < c.visitors; ++i) {
      visitors.emplace_back([&](std::stop_token stop) {
        try {
          Visitor visitor(server->port());
          while (!stop.stop_requested()) {
            const auto asked = Clock::now();
            visitor.AskForTheFrontPage();
            const double took = MillisecondsSince(asked);
            {
              std::lock_guard lock(mutex);
              c.pages.push_back(took);
            }
            std::this_thread::sleep_for(c.pause);
          }
        } catch (const std::exception& error) {
          fmt::print(stderr, "a visitor gave up: {}\n", error.what());
        }
      });
    }
    if (c.writes) {
      Write(model, pool, c);
    } else {
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
  c.seconds += MillisecondsSince(start) / 1000;
}

void Run(const std::string& model_path, const std::string& site_path,
         int rounds) {
  const auto model = decode::LoadedModel::Load(model_path);
  base::ThreadPool pool;
  const auto file =
      std::filesystem::temp_directory_path() / "artspeak_site_rounds.db";
  std::filesystem::remove(file);
  store::SqliteDatabase database(file);
  store::SqliteSubmissionStore store(database);
  base::SystemClock clock;
  service::Reception reception(store, clock);
  store::SqliteSubscriberStore subscribers(database);
  service::MailingList list(subscribers, clock);
  store::SqliteGalleryStore gallery_store(database);
  service::Gallery gallery(gallery_store, clock);
  web::Site site({.directory = site_path},
                 {.reception = reception, .list = list, .gallery = gallery});
  using std::chrono::milliseconds;
  std::vector<Case> cases = {
      {"texts alone", 0, milliseconds(0), 0},
      {"pages alone, 100 a second", 2, milliseconds(20), 0, false},
      {"100 pages a second", 2, milliseconds(20), 0},
      {"the same, nice 5", 2, milliseconds(20), 5},
      {"the same, nice 10", 2, milliseconds(20), 10},
      {"pages alone, without pause", 2, milliseconds(0), 0, false},
      {"pages without pause", 2, milliseconds(0), 0},
      {"the same, nice 5", 2, milliseconds(0), 5},
      {"the same, nice 10", 2, milliseconds(0), 10},
  };
  for (int round = 0; round < rounds; ++round) {
    for (Case& c : cases) Measure(model, pool, site, c);
  }
  // Each rate beside that of the texts alone in the same round.
  const auto share_of_alone = [&](const Case& c) {
    std::vector<double> shares;
    for (size_t i = 0; i < c.rates.size(); ++i) {
      shares.push_back(100 * c.rates[i] / cases[0].rates[i]);
    }
    return Share(shares, 0.5);
  };
  fmt::print("  {:<28}{:>9}{:>7}{:>10}{:>10}{:>10}\n", "", "tokens/s", "",
             "pages/s", "median", "99 %, ms");
  for (const Case& c : cases) {
    const double rate = Share(c.rates, 0.5);
    fmt::print("  {:<28}{:>9.0f}{:>5.0f} %{:>10.0f}{:>10.1f}{:>10.1f}\n",
               c.name, rate, share_of_alone(c),
               static_cast<double>(c.pages.size()) / c.seconds,
               Share(c.pages, 0.5), Share(c.pages, 0.99));
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace artspeak

int main(int argc, char** argv) {
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  if (argc < 3 || argc > 4 || rounds < 1) {
    fmt::print(stderr, "usage: site_rounds MODEL SITE [ROUNDS]\n");
    return 2;
  }
  try {
    artspeak::Run(argv[1], argv[2], rounds);
  } catch (const std::exception& error) {
    fmt::print(stderr, "site_rounds: {}\n", error.what());
    return 1;
  }
}
