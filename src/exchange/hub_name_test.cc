#include "exchange/hub_name.h"

#include <gtest/gtest.h>

#include <string>

namespace artspeak::exchange {
namespace {

TEST(HubName, IsARepositoryAndARevision) {
  EXPECT_EQ(ParseHubName("gpt2"), (HubName{"gpt2", "main"}));
  EXPECT_EQ(ParseHubName("owner/some-name_1.5"),
            (HubName{"owner/some-name_1.5", "main"}));
  EXPECT_EQ(ParseHubName("owner/name@refs/pr/1"),
            (HubName{"owner/name", "refs/pr/1"}));
  EXPECT_EQ(ParseHubName("355M@v1"), (HubName{"gpt2-medium", "v1"}));
  EXPECT_EQ(ParseHubName("124M")->text(), "gpt2");
  EXPECT_EQ(ParseHubName("gpt2@v1")->text(), "gpt2@v1");
}

TEST(HubName, NothingThatLeadsElsewhereIsAName) {
  for (const std::string& text : {std::string(),
                                  std::string("a/b/c"),
                                  std::string("../b"),
                                  std::string("/etc/passwd"),
                                  std::string("a/.."),
                                  std::string("a//b"),
                                  std::string("a--b/c"),
                                  std::string("a..b"),
                                  std::string("-a"),
                                  std::string("a."),
                                  std::string("a b"),
                                  std::string("a?b"),
                                  std::string("a@"),
                                  std::string("a@../b"),
                                  std::string("a@x//y"),
                                  std::string("a@x/"),
                                  std::string("a@.hidden"),
                                  std::string("a@b@c"),
                                  std::string("a\0b", 3),
                                  std::string(97, 'a'),
                                  "a@" + std::string(201, 'a')}) {
    EXPECT_EQ(ParseHubName(text), std::nullopt) << text;
  }
}

TEST(HubName, CommitsAndPlainFileNamesAreKnown) {
  EXPECT_TRUE(IsCommit(std::string(40, 'a')));
  EXPECT_FALSE(IsCommit(std::string(39, 'a')));
  EXPECT_FALSE(IsCommit(std::string(40, 'g')));
  EXPECT_TRUE(IsPlainFileName("model-00001-of-00002.safetensors"));
  for (const char* name : {"", ".", "..", "a/b", "/a", ".git", "a\n"}) {
    EXPECT_FALSE(IsPlainFileName(name)) << name;
  }
}

}  // namespace
}  // namespace artspeak::exchange
