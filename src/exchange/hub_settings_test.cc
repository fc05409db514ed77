#include "exchange/hub_settings.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

EnvironmentVariable Of(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(HubSettings, TheCacheIsThatOfThePythonLibrary) {
  std::map<std::string, std::string> values = {{"HOME", "/home/me"}};
  EXPECT_EQ(HubCacheFolder(Of(values)), "/home/me/.cache/huggingface/hub");
  values["XDG_CACHE_HOME"] = "/x";
  EXPECT_EQ(HubCacheFolder(Of(values)), "/x/huggingface/hub");
  values["HF_HOME"] = "/h";
  EXPECT_EQ(HubCacheFolder(Of(values)), "/h/hub");
  values["HF_HUB_CACHE"] = "/c";
  EXPECT_EQ(HubCacheFolder(Of(values)), "/c");
  values["HF_HUB_CACHE"] = "";
  EXPECT_EQ(HubCacheFolder(Of(values)), "/h/hub");
  EXPECT_EQ(HubCacheFolder(Of({})), "");
}

TEST(HubSettings, TheEndpointIsAnAddress) {
  EXPECT_EQ(HubAccessFrom(Of({})).endpoint, "https://huggingface.co");
  EXPECT_EQ(HubAccessFrom(Of({{"HF_ENDPOINT", "http://mirror:81/"}})).endpoint,
            "http://mirror:81");
  EXPECT_THROW(HubAccessFrom(Of({{"HF_ENDPOINT", "mirror"}})), base::Error);
}

TEST(HubSettings, TheTokenIsInTheEnvironmentOrAFile) {
  testing::TempDir home;
  EXPECT_EQ(HubAccessFrom(Of({{"HF_HOME", home.path()}})).token, "");
  base::WriteFileAtomically(home / "token", "hf_file\n");
  EXPECT_EQ(HubAccessFrom(Of({{"HF_HOME", home.path()}})).token, "hf_file");
  EXPECT_EQ(
      HubAccessFrom(Of({{"HF_HOME", home.path()}, {"HF_TOKEN", " hf_own "}}))
          .token,
      "hf_own");
}

}  // namespace
}  // namespace artspeak::exchange
