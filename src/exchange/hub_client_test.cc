#include "exchange/hub_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/support/hub_double.h"
#include "tests/support/quick_clock.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ServerAnswer;

const HubName kName = {"tiny/model"};

class HubClientTest : public ::testing::Test {
 protected:
  HubClientTest() {
    for (size_t i = 0; i < 3'000'000; ++i) {
      weights_ += static_cast<char>('a' + i * i % 26);
    }
    hub_.Add("model.safetensors", weights_, true);
    hub_.Add("config.json", "{}");
  }

  HubClient Client(const std::string& token = "") {
    return HubClient({hub_.endpoint(), token}, clock_, stop_.get_token(),
                     [&](const std::string& sentence) { told_ = sentence; });
  }

  HubFile File(const std::string& name) const {
    const auto& file = hub_.Get(name);
    return {name, static_cast<int64_t>(file.listed_size), file.digest};
  }

  // Downloads and commits model.safetensors, and checks it.
  void DownloadWeights(HubClient client) {
    PartialBlob blob(folder_ / "blob", File("model.safetensors"));
    client.Download(kName, hub_.Commit(), blob, [] {});
    blob.Commit();
    EXPECT_TRUE(base::ReadFile(folder_ / "blob") == weights_);
  }

  static std::string FaultOf(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
  }

  std::string ListFault(const std::string& token = "") {
    return FaultOf([&] { Client(token).List(kName); });
  }

  // The first `times` requests of a host are answered so.
  void Fail(int times, const ServerAnswer& answer) {
    hub_.SetFault(
        [times,
         answer](const net::Request&) mutable -> std::optional<ServerAnswer> {
          if (times-- > 0) return answer;
          return std::nullopt;
        });
  }

  std::vector<std::string> Ranges() const {
    std::vector<std::string> ranges;
    for (const net::Request& request : hub_.store_requests()) {
      const std::string* range = request.Find("Range");
      ranges.push_back(range != nullptr ? *range : "");
    }
    return ranges;
  }

  std::string weights_;
  testing::HubDouble hub_;
  testing::QuickClock clock_;
  std::string told_;
  std::stop_source stop_;
  testing::TempDir folder_;
};

TEST_F(HubClientTest, ListsAndReads) {
  HubClient client = Client();
  const HubListing listing = client.List(kName);
  EXPECT_EQ(listing.commit, hub_.Commit());
  EXPECT_EQ(listing.files.size(), 2u);
  EXPECT_EQ(client.Read(kName, listing.commit, File("config.json")), "{}");
  EXPECT_EQ(client.List({"tiny/model", "v1"}).commit, hub_.Commit());
  EXPECT_THAT(clock_.sleeps, ElementsAre());
}

TEST_F(HubClientTest, ARevisionWithASlashIsOnePartOfTheAddress) {
  EXPECT_THAT(FaultOf([&] {
                Client().List({"tiny/model", "refs/pr/1"});
              }),
              HasSubstr("no revision refs/pr/1"));
  EXPECT_THAT(hub_.hub_requests().front().target,
              HasSubstr("/revision/refs%2Fpr%2F1?blobs=true"));
}

TEST_F(HubClientTest, TheTokenGoesToTheHubAlone) {
  DownloadWeights(Client("hf_secret"));
  const auto asked = hub_.hub_requests();
  ASSERT_EQ(asked.size(), 1u);
  ASSERT_NE(asked[0].Find("Authorization"), nullptr);
  EXPECT_EQ(*asked[0].Find("Authorization"), "Bearer hf_secret");
  const auto sent = hub_.store_requests();
  ASSERT_EQ(sent.size(), 1u);
  for (const net::Header& header : sent[0].headers) {
    EXPECT_THAT(header.value, ::testing::Not(HasSubstr("hf_secret")));
  }
}

TEST_F(HubClientTest, ABrokenConnectionGoesOnWhereItBrokeOff) {
  hub_.SetFault([&, times = 2](const net::Request& request) mutable
                -> std::optional<ServerAnswer> {
    if (request.target != "/model.safetensors" || times-- == 0) return {};
    ServerAnswer answer = hub_.Part(request, weights_);
    answer.bytes_before_break = 700'000;
    return answer;
  });
  DownloadWeights(Client());
  EXPECT_THAT(Ranges(), ElementsAre("", "bytes=700000-", "bytes=1400000-"));
  EXPECT_THAT(clock_.sleeps, ElementsAre(1, 1));
}

TEST_F(HubClientTest, AConnectionThatAlwaysBreaksIsGivenUp) {
  hub_.SetFault(
      [&](const net::Request& request) -> std::optional<ServerAnswer> {
        if (request.target != "/model.safetensors") return {};
        return ServerAnswer{{200, {}, weights_}, 1000};
      });
  EXPECT_THROW(DownloadWeights(Client()), HubUnreachable);
  EXPECT_THAT(clock_.sleeps, ElementsAre(1, 2, 4, 8, 16));
  EXPECT_EQ(fs::file_size(folder_ / "blob.incomplete"), 1000u);
}

TEST_F(HubClientTest, AnotherProcessGoesOn) {
  base::WriteFileAtomically(folder_ / "blob.incomplete",
                            weights_.substr(0, 1234));
  DownloadWeights(Client());
  EXPECT_THAT(Ranges(), ElementsAre("bytes=1234-"));
}

TEST_F(HubClientTest, AServerThatSendsAllOfItAgainIsTaken) {
  base::WriteFileAtomically(folder_ / "blob.incomplete",
                            weights_.substr(0, 1234));
  hub_.SetFault(
      [&](const net::Request& request) -> std::optional<ServerAnswer> {
        if (request.target != "/model.safetensors") return {};
        return ServerAnswer{{200, {}, weights_}};
      });
  DownloadWeights(Client());
}

TEST_F(HubClientTest, APartThatWasNotAskedForIsNotTaken) {
  base::WriteFileAtomically(folder_ / "blob.incomplete",
                            weights_.substr(0, 1234));
  hub_.SetFault(
      [&](const net::Request& request) -> std::optional<ServerAnswer> {
        if (request.Find("Range") == nullptr ||
            request.target != "/model.safetensors") {
          return {};
        }
        return ServerAnswer{
            {206, {{"Content-Range", "bytes 7-2999999/3000000"}}, "abc"}};
      });
  DownloadWeights(Client());
  EXPECT_THAT(Ranges(), ElementsAre("bytes=1234-", ""));
}

TEST_F(HubClientTest, APartThatDoesNotExistBeginsAgain) {
  base::WriteFileAtomically(folder_ / "blob.incomplete",
                            weights_.substr(0, 1234));
  hub_.SetFault(
      [&](const net::Request& request) -> std::optional<ServerAnswer> {
        if (request.Find("Range") == nullptr ||
            request.target != "/model.safetensors") {
          return {};
        }
        return ServerAnswer{{416, {}, ""}};
      });
  DownloadWeights(Client());
  EXPECT_THAT(Ranges(), ElementsAre("bytes=1234-", ""));
}

TEST_F(HubClientTest, SizesThatLieAreRefused) {
  const HubFile file = {"model.safetensors", 2'999'999,
                        hub_.Get("model.safetensors").digest};
  HubClient client = Client();
  for (const size_t part : {0, 1000}) {
    fs::remove(folder_ / "blob.incomplete");
    PartialBlob blob(folder_ / "blob", file);
    blob.Append(weights_.substr(0, part));
    EXPECT_THAT(
        FaultOf([&] { client.Download(kName, hub_.Commit(), blob, [] {}); }),
        HasSubstr("with 2999999 bytes and sends 3000000"));
  }
}

TEST_F(HubClientTest, ASmallFileWithAWrongHashIsRefused) {
  HubFile file = File("config.json");
  file.digest = std::string(40, '0');
  EXPECT_THAT(FaultOf([&] { Client().Read(kName, hub_.Commit(), file); }),
              HasSubstr("hash differs"));
}

TEST_F(HubClientTest, ABusyHubIsAskedAgain) {
  Fail(2, {{500, {}, "trouble"}});
  EXPECT_EQ(Client().List(kName).commit, hub_.Commit());
  EXPECT_THAT(clock_.sleeps, ElementsAre(1, 2));
}

TEST_F(HubClientTest, RetryAfterIsHonouredWithinReason) {
  Fail(1, {{429, {{"Retry-After", "17"}}, ""}});
  Client().List(kName);
  EXPECT_THAT(told_, HasSubstr("answers 429 Too Many Requests: asking again in "
                               "17 s"));
  Fail(1, {{503, {{"Retry-After", "86400"}}, ""}});
  Client().List(kName);
  EXPECT_THAT(clock_.sleeps, ElementsAre(17, 300));
}

TEST_F(HubClientTest, AHubInTroubleIsGivenUp) {
  Fail(100, {{500, {}, ""}});
  EXPECT_THROW(Client().List(kName), HubUnreachable);
  EXPECT_EQ(hub_.hub_requests().size(), 6u);
}

TEST_F(HubClientTest, AHostThatIsNotThereIsBelieved) {
  HubClient client({"http://127.0.0.1:1", ""}, clock_, {}, {});
  EXPECT_THROW(client.List(kName), HubUnreachable);
  EXPECT_THAT(clock_.sleeps, ElementsAre());
}

TEST_F(HubClientTest, RefusalsSayWhatToDo) {
  Fail(1, {{401, {}, ""}});
  EXPECT_THAT(ListFault(), HasSubstr("set HF_TOKEN"));
  Fail(1, {{403, {}, ""}});
  EXPECT_THAT(ListFault("hf_x"), HasSubstr("another token"));
  Fail(1, {{404, {}, ""}});
  EXPECT_THAT(ListFault(), HasSubstr("there is no model tiny/model on"));
  Fail(1, {{404, {{"X-Error-Code", "RevisionNotFound"}}, ""}});
  EXPECT_THAT(ListFault(), HasSubstr("has no revision main"));
  Fail(1, {{418, {}, ""}});
  EXPECT_THAT(ListFault(), HasSubstr("answers 418"));
  EXPECT_THAT(clock_.sleeps, ElementsAre());
}

TEST_F(HubClientTest, HostileAnswersEndInASentence) {
  Fail(100, {{302, {{"Location", "/again"}}, ""}});
  EXPECT_THAT(ListFault(), HasSubstr("redirects"));
  Fail(1, {{302, {{"Location", "file:///etc/passwd"}}, ""}});
  EXPECT_THAT(ListFault(), HasSubstr("not an address of the web"));
  Fail(1, {{200, {}, std::string(9 << 20, '[')}});
  EXPECT_THAT(ListFault(), HasSubstr("more than 8388608 bytes"));
  Fail(1, {{200, {}, std::string(1 << 20, '[')}});
  EXPECT_THAT(ListFault(), HasSubstr("not that of a model hub"));
  EXPECT_THAT(clock_.sleeps, ElementsAre());
}

TEST_F(HubClientTest, AStopKeepsWhatIsHere) {
  HubClient client = Client();
  PartialBlob blob(folder_ / "blob", File("model.safetensors"));
  EXPECT_THAT(FaultOf([&] {
                client.Download(kName, hub_.Commit(), blob,
                                [&] { stop_.request_stop(); });
              }),
              HasSubstr("pull again to go on"));
  EXPECT_GT(fs::file_size(folder_ / "blob.incomplete"), 0u);
}

}  // namespace
}  // namespace artspeak::exchange
