// `artspeak model pull` brings a model from a double of the hub, whatever
// happens to it on the way, and the other commands find it by its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <latch>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "tests/faults/process.h"
#include "tests/support/hub_double.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak {
namespace {

namespace fs = std::filesystem;
using faults::Process;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ServerAnswer;

class HubProgram : public ::testing::Test {
 protected:
  HubProgram() {
    testing::SaveTinyModel(folder_ / "tiny", 16);
    hub_ = std::make_unique<testing::HubDouble>(folder_ / "tiny");
    fs::remove_all(folder_ / "tiny");
    setenv("HF_HOME", folder_.path().c_str(), 1);
    setenv("HF_ENDPOINT", hub_->endpoint().c_str(), 1);
    setenv("HF_TOKEN", "hf_secret", 1);
    unsetenv("HF_HUB_CACHE");
  }

  Process Run(const std::vector<std::string>& arguments) {
    return Process(folder_.path(), arguments);
  }

  fs::path Model() const { return folder_ / "hub/models--tiny--model"; }
  fs::path Snapshot() const { return Model() / "snapshots" / hub_->Commit(); }

  testing::TempDir folder_;
  std::unique_ptr<testing::HubDouble> hub_;
};

TEST_F(HubProgram, APulledModelWritesByItsName) {
  Process pull = Run({"model", "pull", "tiny/model"});
  ASSERT_EQ(pull.Wait(), 0) << pull.errors();
  EXPECT_THAT(pull.output(), HasSubstr(Snapshot().string()));
  EXPECT_THAT(pull.output(), HasSubstr("artspeak generate tiny/model"));
  EXPECT_THAT(pull.errors() + pull.output(), Not(HasSubstr("hf_secret")));

  Process generate = Run({"generate", "tiny/model", "--prompt", "The",
                          "--length", "5", "--nsamples", "1", "--seed", "1"});
  EXPECT_EQ(generate.Wait(), 0) << generate.errors();
  EXPECT_NE(generate.output(), "");

  Process again = Run({"model", "pull", "tiny/model", "--json"});
  ASSERT_EQ(again.Wait(), 0) << again.errors();
  const auto answer = nlohmann::json::parse(again.output());
  EXPECT_EQ(answer.at("model"), "tiny/model");
  EXPECT_EQ(answer.at("revision"), "main");
  EXPECT_EQ(answer.at("commit"), hub_->Commit());
  EXPECT_EQ(answer.at("directory"), Snapshot().string());
  EXPECT_GT(answer.at("bytes"), 10'000);
  EXPECT_EQ(hub_->store_requests().size(), 1u);

  hub_.reset();  // the network is down
  Process offline = Run({"model", "pull", "tiny/model"});
  EXPECT_EQ(offline.Wait(), 0) << offline.errors();
  EXPECT_THAT(offline.output(), HasSubstr("is on this machine, as it was"));
  EXPECT_EQ(Run({"model", "pull", "tiny/other"}).Wait(), 1);
}

TEST_F(HubProgram, APullThatIsKilledGoesOn) {
  const size_t half = hub_->Get("model.safetensors").content.size() / 2;
  std::latch dead(1);
  hub_->SetFault([&, is_first = true](const net::Request& request) mutable
                 -> std::optional<ServerAnswer> {
    if (request.target != "/model.safetensors" ||
        !std::exchange(is_first, false)) {
      return {};
    }
    ServerAnswer answer =
        hub_->Part(request, hub_->Get("model.safetensors").content);
    answer.bytes_before_break = half;
    answer.at_break = [&] { dead.wait(); };
    return answer;
  });
  const fs::path part = Model() / "blobs" /
                        (hub_->Get("model.safetensors").digest + ".incomplete");
  Process pull = Run({"model", "pull", "tiny/model"});
  std::error_code fault;
  while (fs::file_size(part, fault) != half) {
    ASSERT_FALSE(pull.WaitFor(std::chrono::milliseconds(5))) << pull.errors();
  }
  pull.Signal(SIGKILL);
  pull.Wait();
  dead.count_down();
  EXPECT_EQ(Run({"model", "info", "tiny/model"}).Wait(), 1);

  Process again = Run({"model", "pull", "tiny/model"});
  ASSERT_EQ(again.Wait(), 0) << again.errors();
  const auto asked = hub_->store_requests();
  ASSERT_EQ(asked.size(), 2u);
  ASSERT_NE(asked[1].Find("Range"), nullptr);
  EXPECT_EQ(*asked[1].Find("Range"), "bytes=" + std::to_string(half) + "-");
  EXPECT_EQ(Run({"model", "info", "tiny/model"}).Wait(), 0);
}

TEST_F(HubProgram, AnInterruptEndsInASentence) {
  std::latch dead(1);
  std::latch asked(1);
  hub_->SetFault(
      [&](const net::Request& request) -> std::optional<ServerAnswer> {
        if (request.target != "/model.safetensors") return {};
        asked.count_down();
        dead.wait();
        return {};
      });
  Process pull = Run({"model", "pull", "tiny/model"});
  asked.wait();
  pull.Signal(SIGINT);
  EXPECT_EQ(pull.Wait(), 1);
  EXPECT_THAT(pull.errors(), HasSubstr("pull again to go on"));
  dead.count_down();
}

TEST_F(HubProgram, AModelThatIsNotHereNamesThePull) {
  for (const std::string name : {"124M", "gpt2-medium@v1", "some/model"}) {
    Process info = Run({"model", "info", name});
    EXPECT_EQ(info.Wait(), 1);
    EXPECT_THAT(info.errors(), HasSubstr("`artspeak model pull " + name + "`"));
  }
  Process typo = Run({"model", "info", "run1"});
  EXPECT_EQ(typo.Wait(), 1);
  EXPECT_THAT(typo.errors(), Not(HasSubstr("pull")));
  EXPECT_EQ(Run({"model", "pull", "../x"}).Wait(), 2);
  EXPECT_TRUE(hub_->hub_requests().empty());
}

// What a command prints on a terminal where `typed` is typed.
std::string OnATerminal(const fs::path& folder, const std::string& typed,
                        const std::string& arguments) {
  const std::string command = "cd '" + folder.string() + "' && printf '" +
                              typed +
                              "' | script -qefc '" ARTSPEAK_PROGRAM " " +
                              arguments + "' /dev/null 2>&1";
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  char bytes[4096];
  while (const size_t count = fread(bytes, 1, sizeof bytes, pipe)) {
    output.append(bytes, count);
  }
  pclose(pipe);
  return output;
}

TEST_F(HubProgram, OnATerminalOneIsAsked) {
  const std::string refused =
      OnATerminal(folder_.path(), "n\\n", "model info tiny/model");
  EXPECT_THAT(refused, HasSubstr(" kB) is not on this machine: pull it from 127.0.0.1"));
  EXPECT_THAT(refused, HasSubstr("was not pulled"));
  EXPECT_TRUE(hub_->store_requests().empty());
  const std::string taken =
      OnATerminal(folder_.path(), "y\\n", "model info tiny/model");
  EXPECT_THAT(taken, HasSubstr("parameters"));
  EXPECT_EQ(hub_->store_requests().size(), 1u);
  const std::string unknown =
      OnATerminal(folder_.path(), "y\\n", "model info tiny/other");
  EXPECT_THAT(unknown, HasSubstr("there is no model tiny/other here"));
}

}  // namespace
}  // namespace artspeak
