// The whole site in one process, from the form to the mail, with a tiny model.
#include "app/service_roles.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <string>
#include <thread>

#include "base/busy_file.h"
#include "base/error.h"
#include "base/file.h"
#include "corpus/passage_file.h"
#include "store/sqlite_database.h"
#include "store/sqlite_job_queue.h"
#include "store/sqlite_submission_store.h"
#include "store/sqlite_subscriber_store.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"
#include "web/api_key.h"

namespace artspeak::app {
namespace {

// Sends `request` to 127.0.0.1 and returns all that comes back.
std::string Exchange(int port, const std::string& request) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(client, reinterpret_cast<sockaddr*>(&address), sizeof(address)) ==
          0 &&
      send(client, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    char bytes[4096];
    for (ssize_t count; (count = recv(client, bytes, sizeof(bytes), 0)) > 0;) {
      answer.append(bytes, static_cast<size_t>(count));
    }
  }
  close(client);
  return answer;
}

std::string Get(int port, const std::string& path) {
  return Exchange(port, "GET " + path +
                            " HTTP/1.1\r\nHost: localhost\r\n"
                            "Connection: close\r\n\r\n");
}

std::string Post(int port, const std::string& path, const std::string& form) {
  return Exchange(
      port, fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\n"
                        "Content-Type: application/x-www-form-urlencoded\r\n"
                        "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                        path, form.size(), form));
}

class ServiceRolesTest : public ::testing::Test {
 protected:
  ServiceRolesTest() {
    configuration_.site.port = 0;
    configuration_.site.base_url = "http://art.example.org";
    configuration_.site.directory = testing::SourceDir() / "site";
    configuration_.database = directory_ / "artspeak.db";
    configuration_.busy_file = directory_ / "busy";
    configuration_.mail.directory = directory_ / "mails";
    std::filesystem::create_directory(configuration_.mail.directory);
  }

  // Starts the service and waits until it runs. Returns its port.
  int Start(const ServiceRoles& roles) {
    std::promise<std::string> ready;
    service_ = std::jthread([this, roles, &ready](std::stop_token stop) {
      try {
        RunService(
            configuration_,
            {.roles = roles,
             .threads = 1,
             .on_ready = [&](const std::string& a) { ready.set_value(a); }},
            stop);
      } catch (...) {
        ready.set_exception(std::current_exception());
      }
    });
    const std::string address = ready.get_future().get();
    return address.empty() ? 0
                           : std::stoi(address.substr(address.rfind(':') + 1));
  }

  testing::TempDir directory_;
  Configuration configuration_;
  std::jthread service_;
};

TEST_F(ServiceRolesTest, SubmissionBecomesAPageAndAMail) {
  testing::SaveTinyModel(directory_ / "model", 16);
  configuration_.model = (directory_ / "model").string();
  const int mails = inotify_init1(IN_CLOEXEC);
  inotify_add_watch(mails, configuration_.mail.directory.c_str(), IN_MOVED_TO);
  const int port = Start({.web = true, .worker = true, .notifier = true});

  const std::string answer =
      Post(port, "/submission",
           "prompt=The+light&eccentricity=7&email=visitor%40example.net");
  ASSERT_NE(answer.find("HTTP/1.1 303"), std::string::npos) << answer;
  const size_t at = answer.find("/review/");
  ASSERT_NE(at, std::string::npos);
  const std::string page =
      answer.substr(at, std::string("/review/").size() + 12);

  pollfd arrived{mails, POLLIN, 0};
  ASSERT_EQ(poll(&arrived, 1, 60'000), 1) << "no mail came";
  close(mails);
  const auto mail = base::ReadFile(
      std::filesystem::directory_iterator(configuration_.mail.directory)
          ->path());
  EXPECT_NE(mail.find("http://art.example.org" + page), std::string::npos);
  EXPECT_EQ(mail.find("The light"), std::string::npos) << "no visitor's words";

  const std::string shown = Get(port, page);
  EXPECT_NE(shown.find("HTTP/1.1 200"), std::string::npos);
  EXPECT_NE(shown.find("The light"), std::string::npos);
  EXPECT_NE(Post(port, page + "/report", "reason=insult").find("HTTP/1.1 303"),
            std::string::npos);
  EXPECT_NE(Get(port, page).find("HTTP/1.1 410"), std::string::npos);
}

// From the ticked box by way of two mails to the one click that ends it.
TEST_F(ServiceRolesTest, TheListIsJoinedAndLeftByTheLinksInItsMails) {
  configuration_.site.base_url = "https://art.example.org";
  const int mails = inotify_init1(IN_CLOEXEC);
  inotify_add_watch(mails, configuration_.mail.directory.c_str(), IN_MOVED_TO);
  // The mail that has just come; its soft line breaks undone.
  const auto next_mail = [&](const std::string& kind) {
    pollfd arrived{mails, POLLIN, 0};
    EXPECT_EQ(poll(&arrived, 1, 60'000), 1) << "no mail came";
    char events[4096];
    EXPECT_GT(read(mails, events, sizeof(events)), 0);
    for (const auto& file :
         std::filesystem::directory_iterator(configuration_.mail.directory)) {
      if (!file.path().filename().string().starts_with(kind + ".")) continue;
      std::string mail = base::ReadFile(file.path());
      for (size_t at; (at = mail.find("=\r\n")) != std::string::npos;) {
        mail.erase(at, 3);
      }
      return mail;
    }
    ADD_FAILURE() << "no " << kind;
    return std::string();
  };
  const auto path_in = [](const std::string& mail, const std::string& before) {
    const size_t at = mail.find(before + "https://art.example.org");
    if (at == std::string::npos) return std::string();
    const size_t begin = mail.find("/subscription/", at);
    return mail.substr(begin, mail.find_first_of("\r\n>", begin) - begin);
  };
  const int port = Start({.web = true, .notifier = true});

  Post(port, "/submission",
       "prompt=The+light&eccentricity=7&email=visitor%40example.net&"
       "update_check=yes");
  const std::string asking = next_mail("confirmation");
  EXPECT_EQ(asking.find("The light"), std::string::npos);
  EXPECT_EQ(asking.find("List-"), std::string::npos);
  const std::string page = path_in(asking, "\n");
  ASSERT_NE(page, "") << asking;
  EXPECT_NE(Get(port, page).find("One more click"), std::string::npos);
  store::SqliteDatabase database(configuration_.database);
  store::SqliteSubscriberStore subscribers(database);
  EXPECT_TRUE(subscribers.Confirmed().empty());
  EXPECT_NE(Post(port, page + "/confirm", "").find("HTTP/1.1 303"),
            std::string::npos);
  ASSERT_EQ(subscribers.Confirmed().size(), 1u);
  EXPECT_EQ(subscribers.Confirmed()[0].address, "visitor@example.net");

  subscribers.QueueNews({"A show", "On Friday.\n"}, base::SystemClock().Now());
  const std::string news = next_mail("news");
  EXPECT_NE(news.find("Subject: A show\r\n"), std::string::npos);
  EXPECT_NE(news.find("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
            std::string::npos)
      << news;
  EXPECT_EQ(path_in(news, "\n"), page);
  const std::string way_out = path_in(news, "List-Unsubscribe: <");
  ASSERT_EQ(way_out, page + "/unsubscribe");
  Get(port, way_out);
  EXPECT_EQ(subscribers.Confirmed().size(), 1u) << "a GET changes nothing";
  EXPECT_NE(
      Post(port, way_out, "List-Unsubscribe=One-Click").find("HTTP/1.1 200"),
      std::string::npos);
  EXPECT_TRUE(subscribers.Confirmed().empty());
  close(mails);
}

TEST_F(ServiceRolesTest, StopGivesTheJobInHandBack) {
  // A long context and a model of noise: five texts of 400 tokens take longer
  // than this test's stop.
  testing::SaveTinyModel(directory_ / "model", 1024);
  configuration_.model = (directory_ / "model").string();
  const int port = Start({.web = true, .worker = true});
  for (int i = 0; i < 4; ++i) {
    Post(port, "/submission", "prompt=The+light&eccentricity=7");
  }
  service_.request_stop();
  service_.join();
  store::SqliteDatabase database(configuration_.database);
  const service::QueueCounts counts = store::SqliteJobQueue(database).Count();
  EXPECT_EQ(counts.leased, 0);
  EXPECT_EQ(counts.dead, 0);
  EXPECT_EQ(counts.waiting + counts.done, 4);
}

TEST_F(ServiceRolesTest, TheBusyFileIsHeldWhileTextsAreWrittenAlone) {
  testing::SaveTinyModel(directory_ / "model", 1024);
  configuration_.model = (directory_ / "model").string();
  configuration_.limits.total = configuration_.limits.queue = 10'000;
  const int port = Start({.web = true, .worker = true});
  EXPECT_TRUE(std::filesystem::exists(configuration_.busy_file));
  Get(port, "/");
  EXPECT_FALSE(base::IsHeld(configuration_.busy_file));
  // The texts may all be written before this thread runs again: then it did not
  // see the file held, and asks for more.
  store::SqliteDatabase database(configuration_.database);
  store::SqliteJobQueue queue(database);
  int asked = 0;
  bool seen = false;
  while (!seen && asked < 1000) {
    Post(port, "/submission", "prompt=The+light&eccentricity=7");
    ++asked;
    while (!seen && queue.Count().done < asked) {
      seen = base::IsHeld(configuration_.busy_file);
    }
  }
  EXPECT_TRUE(seen);
  while (queue.Count().done < asked) std::this_thread::yield();
  while (base::IsHeld(configuration_.busy_file)) std::this_thread::yield();
}

// By way of the configuration, the store's key and the proxy's header.
TEST_F(ServiceRolesTest, EveryVisitorBehindTheProxyHasALimitOfTheirOwn) {
  configuration_.site.proxy = base::ParseIpNetwork("127.0.0.1");
  configuration_.limits.per_client = 1;
  const int port = Start({.web = true});
  const auto submit = [&](const std::string& visitor) {
    const std::string form = "prompt=The+light&eccentricity=7";
    return Exchange(
        port, fmt::format("POST /submission HTTP/1.1\r\nHost: localhost\r\n"
                          "X-Forwarded-For: 203.0.113.9, {}\r\n"
                          "Content-Type: application/x-www-form-urlencoded\r\n"
                          "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                          visitor, form.size(), form));
  };
  EXPECT_TRUE(submit("198.51.100.1").starts_with("HTTP/1.1 303"));
  const std::string refused = submit("198.51.100.1");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 429")) << refused;
  EXPECT_NE(refused.find("Retry-After: "), std::string::npos);
  EXPECT_NE(refused.find("The light</textarea>"), std::string::npos);
  EXPECT_TRUE(submit("198.51.100.2").starts_with("HTTP/1.1 303"));
  EXPECT_TRUE(submit("2001:db8::1").starts_with("HTTP/1.1 303"));
  EXPECT_TRUE(submit("2001:db8::2").starts_with("HTTP/1.1 429"));
  EXPECT_EQ(base::ReadFile(configuration_.database).find("198.51.100"),
            std::string::npos)
      << "addresses are kept as hashes alone";
}

TEST_F(ServiceRolesTest, ABusyFileThatCannotBeMadeStopsNobody) {
  testing::SaveTinyModel(directory_ / "model", 16);
  configuration_.model = (directory_ / "model").string();
  configuration_.busy_file = directory_ / "missing" / "busy";
  ::testing::internal::CaptureStderr();
  const int port = Start({.web = true, .worker = true});
  Post(port, "/submission", "prompt=The+light&eccentricity=7");
  {
    store::SqliteDatabase database(configuration_.database);
    store::SqliteJobQueue queue(database);
    while (queue.Count().done == 0) std::this_thread::yield();
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  const size_t at = log.find("will not pause for visitors");
  EXPECT_NE(at, std::string::npos) << log;
  EXPECT_EQ(log.find("will not pause for visitors", at + 1), std::string::npos)
      << log;
}

TEST_F(ServiceRolesTest, ALimitOfCopiesNeedsTheModelsIndex) {
  testing::SaveTinyModel(directory_ / "model", 16);
  configuration_.model = (directory_ / "model").string();
  configuration_.max_copied_words = 8;
  EXPECT_THROW(CheckService(configuration_), base::Error);
  EXPECT_THROW(Start({.worker = true}), base::Error);
  corpus::WritePassageFile(directory_ / "model" / "originality",
                           corpus::PassageIndexBuilder().Finish(),
                           std::string(16, 'x'));
  CheckService(configuration_);
  Start({.worker = true});
}

// How nice each thread of this process is (proc(5): field 19 of its stat).
std::multiset<int> Nicenesses() {
  std::multiset<int> result;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream stat(task.path() / "stat");
    std::string word;
    std::getline(stat, word, ')');  // the name, which may hold blanks
    for (int field = 3; field <= 19; ++field) stat >> word;
    result.insert(std::stoi(word));
  }
  return result;
}

TEST_F(ServiceRolesTest, ThePagesThreadsGiveWayToThoseThatWrite) {
  testing::SaveTinyModel(directory_ / "model", 16);
  configuration_.model = (directory_ / "model").string();
  const auto before = Nicenesses();
  const int own = *before.begin();
  if (own == 19) GTEST_SKIP() << "there is nothing lower";
  Start({.web = true, .worker = true});
  const auto during = Nicenesses();
  // Three of the server, the worker and who waits for the end; of the engine
  // one at least.
  EXPECT_GE(during.size() - during.count(own), 5u);
  EXPECT_GE(during.count(own), before.count(own) + 1);
}

std::string Complete(int port, const std::string& json) {
  return Exchange(
      port, fmt::format("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                        "Authorization: Bearer sk-good\r\n"
                        "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                        json.size(), json));
}

TEST_F(ServiceRolesTest, ProgramsAreAnsweredWhereTheModelIs) {
  testing::SaveTinyModel(directory_ / "run1" / "model", 64);
  configuration_.model = (directory_ / "run1" / "model").string() + "/";
  configuration_.api.key_hashes = {web::HashApiKey("sk-good")};
  const std::string json =
      R"({"model":"run1","prompt":"The light","max_tokens":5})";
  const std::string whole =
      Complete(Start({.web = true, .worker = true}), json);
  EXPECT_NE(whole.find("HTTP/1.1 200"), std::string::npos) << whole;
  EXPECT_NE(whole.find("\"text_completion\""), std::string::npos) << whole;

  service_ = {};
  EXPECT_NE(Complete(Start({.web = true}), json).find("HTTP/1.1 404"),
            std::string::npos);

  service_ = {};
  EXPECT_EQ(Start({.worker = true}), 0);  // no address is set
  service_ = {};
  configuration_.api.address = "127.0.0.1";
  const int port = Start({.worker = true});
  EXPECT_NE(Complete(port, json).find("\"text_completion\""),
            std::string::npos);
  EXPECT_NE(Get(port, "/").find("HTTP/1.1 404"), std::string::npos);

  service_ = {};
  configuration_.api.key_hashes.clear();
  EXPECT_EQ(Start({.worker = true}), 0);
  service_ = {};
  EXPECT_NE(
      Complete(Start({.web = true, .worker = true}), json).find("HTTP/1.1 404"),
      std::string::npos);
}

TEST_F(ServiceRolesTest, OnlyTheWorkerNeedsAModel) {
  EXPECT_THROW(Start({.worker = true}), base::Error);
  configuration_.model = (directory_ / "missing").string();
  EXPECT_THROW(Start({.worker = true}), base::Error);
  const int port = Start({.web = true, .notifier = true});
  EXPECT_NE(Get(port, "/").find("HTTP/1.1 200"), std::string::npos);
}

}  // namespace
}  // namespace artspeak::app
