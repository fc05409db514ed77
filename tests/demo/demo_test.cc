#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "net/http_server.h"
#include "tests/faults/process.h"
#include "tests/support/testing.h"

namespace artspeak {
namespace {

namespace fs = std::filesystem;
using faults::Process;
using ::testing::HasSubstr;
using ::testing::Not;

int FreePort() {
  return net::HttpServer({},
                         [](const net::Request&) { return net::Response{}; })
      .port();
}

struct Answer {
  long status = 0;
  std::string location;
  std::string body;
};

size_t Append(char* data, size_t size, size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, size * count);
  return size * count;
}

// GET, or POST of a form when there is one.
Answer Ask(const std::string& url, const std::string& form = "") {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(),
                                                    curl_easy_cleanup);
  Answer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  if (!form.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, form.c_str());
  }
  EXPECT_EQ(curl_easy_perform(curl.get()), CURLE_OK) << url;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  const char* location = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_REDIRECT_URL, &location);
  if (location != nullptr) answer.location = location;
  return answer;
}

std::vector<fs::path> MailsIn(const fs::path& folder) {
  std::vector<fs::path> mails;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".eml") mails.push_back(entry.path());
  }
  return mails;
}

// The first mail in `folder`; waits a minute for it.
fs::path WaitForMail(const fs::path& folder) {
  const int watch = inotify_init1(IN_CLOEXEC);
  inotify_add_watch(watch, folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE);
  std::vector<fs::path> mails = MailsIn(folder);
  pollfd event = {watch, POLLIN, 0};
  while (mails.empty() && poll(&event, 1, 60'000) == 1) {
    char names[4096];
    if (read(watch, names, sizeof names) < 0) break;
    mails = MailsIn(folder);
  }
  close(watch);
  return mails.empty() ? fs::path() : mails.front();
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// One test, since each part goes on with what the one before left: the archive
// is collected once.
TEST(Demo, IsInterruptedGoneOnWithAndAnswersAVisitor) {
  const testing::TempDir temp;
  const fs::path demo = temp / "demo";
  const std::string port = std::to_string(FreePort());
  const std::vector<std::string> command = {"demo", "--port", port};

  {
    Process first(temp.path(), command);
    ASSERT_TRUE(first.WaitForOutput("To do: ")) << first.errors();
    first.Signal(SIGINT);
    EXPECT_EQ(first.Wait(), 1);
    EXPECT_THAT(first.output(), HasSubstr("3240 reviews, cleaned"));
    EXPECT_THAT(first.errors(),
                HasSubstr("artspeak: stopped, and all so far is kept in demo: "
                          "the same command goes on from here\n"));
  }
  {
    // In place of two minutes: the interrupted run is told a nearer end.
    Process shorter(demo, {"finetune", "reviews.csv", "--run-name", "magazine",
                           "--steps", "20"});
    ASSERT_EQ(shorter.Wait(), 0) << shorter.errors();
  }

  Process site(temp.path(), command);
  ASSERT_TRUE(site.WaitForOutput("The site is open: ")) << site.errors();

  // Another demo, here or elsewhere, does not disturb it.
  {
    fs::create_directory(temp / "other");
    Process same_folder(temp / "other",
                        {"demo", "--port", port, "--directory", demo.string()});
    EXPECT_EQ(same_folder.Wait(), 1);
    Process same_port(temp / "other", command);
    EXPECT_EQ(same_port.Wait(), 1);
    EXPECT_THAT(same_port.errors(),
                HasSubstr("artspeak: port " + port + " is in use"));
  }

  const std::string address = "http://127.0.0.1:" + port;
  EXPECT_EQ(Ask(address + "/").status, 200);
  EXPECT_EQ(Count(Ask(address + "/examples/").body, "/review/"), 3u);
  const Answer submitted =
      Ask(address + "/submission",
          "prompt=The+second+room&eccentricity=7&email=reader%40example.org");
  ASSERT_EQ(submitted.status, 303);
  const fs::path mail = WaitForMail(demo / "mails");
  ASSERT_FALSE(mail.empty()) << site.errors();
  EXPECT_THAT(base::ReadFile(mail), HasSubstr(submitted.location));
  const Answer review = Ask(submitted.location);
  EXPECT_EQ(review.status, 200);
  EXPECT_THAT(review.body, HasSubstr("The second room"));

  site.Signal(SIGTERM);
  EXPECT_EQ(site.Wait(), 0);
  EXPECT_THAT(site.output(), HasSubstr("The site is closed."));
  // It went on where the others had stopped.
  EXPECT_THAT(site.output(), Not(HasSubstr("1. An archive")));
  EXPECT_THAT(site.output(), Not(HasSubstr("To do: ")));
}

}  // namespace
}  // namespace artspeak
