#include "app/live_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "net/http_client.h"

namespace artspeak::app {
namespace {

namespace fs = std::filesystem;

net::FetchResult Get(const LiveReport& report, const std::string& path) {
  return net::HttpClient({}).Fetch(
      {.url = "http://127.0.0.1:" + std::to_string(report.port()) + path});
}

TEST(LiveReport, ShowsTheNewestPageAndAsksToComeBack) {
  LiveReport report(0);
  EXPECT_NE(Get(report, "/").body.find("not begun"), std::string::npos);
  report.Show("<p>one</p>");
  report.Show("<p>two</p>");
  const auto response = Get(report, "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "<p>two</p>");
  EXPECT_NE(net::FindHeader(response.headers, "Refresh"), nullptr);
  const std::string* type = net::FindHeader(response.headers, "Content-Type");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(*type, "text/html; charset=utf-8");
}

TEST(LiveReport, HasNothingElse) {
  LiveReport report(0);
  report.Show("secret");
  for (const char* path : {"/report.html", "/../log.jsonl", "/favicon.ico"}) {
    const auto response = Get(report, path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
  }
}

TEST(LiveReport, AnswersThisMachinesNamesAlone) {
  LiveReport report(0);
  report.Show("secret");
  const std::string url =
      "http://127.0.0.1:" + std::to_string(report.port()) + "/";
  const auto get = [&](const std::string& host) {
    return net::HttpClient({}).Fetch({.url = url, .headers = {{"Host", host}}});
  };
  for (const char* host : {"127.0.0.1", "localhost", "localhost:1234"}) {
    EXPECT_EQ(get(host).body, "secret") << host;
  }
  for (const char* host : {"example.org", "localhost.example.org:80",
                           "127.0.0.1.example.org", "local"}) {
    const auto response = get(host);
    EXPECT_EQ(response.status, 421) << host;
    EXPECT_EQ(response.body, "Misdirected Request\n");
  }
}

TEST(LiveReport, APortInUseIsOneSentence) {
  const LiveReport first(0);
  EXPECT_THROW(LiveReport second(first.port()), base::Error);
}

// The nice values of this process's threads.
std::vector<int> NiceValues() {
  std::vector<int> values;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    const std::string stat = base::ReadFile(task.path() / "stat");
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::string field;
    for (int i = 3; i < 19; ++i) fields >> field;  // proc(5): nice is the 19th
    int value = 0;
    fields >> value;
    values.push_back(value);
  }
  return values;
}

TEST(LiveReport, GivesWayToTheTraining) {
  const std::vector<int> before = NiceValues();
  const int low = *std::max_element(before.begin(), before.end());
  if (low == 19) GTEST_SKIP() << "there is nothing lower";
  const LiveReport report(0);
  const std::vector<int> now = NiceValues();
  ASSERT_GE(now.size(), before.size() + 2);
  EXPECT_EQ(std::count_if(now.begin(), now.end(),
                          [&](int value) { return value > low; }),
            static_cast<ptrdiff_t>(now.size() - before.size()));
}

}  // namespace
}  // namespace artspeak::app
