#include "app/configuration.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

class ConfigurationTest : public ::testing::Test {
 protected:
  Configuration Load(const std::string& toml) {
    base::WriteFileAtomically(directory_ / "artspeak.toml", toml);
    return LoadConfiguration(
        directory_ / "artspeak.toml", [this](const std::string& name) {
          const auto found = environment_.find(name);
          return found == environment_.end() ? std::nullopt
                                             : std::optional(found->second);
        });
  }
  std::string ErrorOf(const std::string& toml) {
    try {
      Load(toml);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }
  void ExpectError(const std::string& toml, const std::string& words) {
    EXPECT_NE(ErrorOf(toml).find(words), std::string::npos) << ErrorOf(toml);
  }

  testing::TempDir directory_;
  std::map<std::string, std::string> environment_;
};

TEST_F(ConfigurationTest, EmptyFileGivesTheDefaultsBesideIt) {
  const Configuration c = Load("");
  EXPECT_EQ(c.site.address, "127.0.0.1");
  EXPECT_EQ(c.site.port, 8080);
  EXPECT_EQ(c.site.base_url, "http://127.0.0.1:8080");
  EXPECT_EQ(c.site.directory, directory_ / "site");
  EXPECT_EQ(c.busy_file, "/dev/shm/artspeak.busy");
  EXPECT_EQ(c.database, directory_ / "artspeak.db");
  EXPECT_TRUE(c.api.key_hashes.empty());
  EXPECT_EQ(c.api.address, "");
  EXPECT_EQ(c.site.held_words, "");
  EXPECT_EQ(c.admin.address, "127.0.0.1");
  EXPECT_EQ(c.admin.port, 8081);
  EXPECT_EQ(c.admin.password, "") << "off";
  EXPECT_EQ(c.max_copied_words, 0);
  EXPECT_EQ(c.mail.kind, Configuration::Mail::Kind::kDirectory);
  EXPECT_EQ(c.mail.directory, directory_ / "mails");
  EXPECT_THROW(ModelPath(c), base::Error);
}

TEST_F(ConfigurationTest, EveryKeyIsRead) {
  const Configuration c = Load(R"(
[site]
listen = "[::1]:80"
base_url = "https://art.example.org"
directory = "/srv/site"
time_zone = "Europe/Vienna"
name = "Kunst"
proxy = "10.0.0.0/8"
held_words = "words.txt"
[model]
path = "model"
kv = "int8"
max_copied_words = 12
[worker]
busy_file = "busy"
[api]
keys = [
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
]
listen = "127.0.0.1:8082"
texts_per_key = 3
tokens_per_key = 4000
[limits]
client = 5
prompt = 6
total = 7
queue = 8
mails = 9
[privacy]
keep_days = 0
[admin]
listen = "[::1]:81"
password = "$argon2id$v=19"
[store]
url = "sqlite:data/site.db"
[mail]
kind = "smtp"
directory = "m"
url = "smtp://mail.example.org"
from = "Kunst <k@example.org>"
)");
  EXPECT_EQ(c.site.address, "::1");
  EXPECT_EQ(c.site.port, 80);
  EXPECT_EQ(c.site.base_url, "https://art.example.org");
  EXPECT_EQ(c.site.directory, "/srv/site");
  EXPECT_EQ(c.site.time_zone, "Europe/Vienna");
  EXPECT_EQ(c.site.name, "Kunst");
  EXPECT_EQ(c.site.proxy.value().bits, 96 + 8);
  EXPECT_EQ(c.site.held_words, directory_ / "words.txt");
  EXPECT_EQ(c.kv, gpt2::KvFormat::kInt8);
  EXPECT_EQ(c.busy_file, directory_ / "busy");
  EXPECT_EQ(c.api.key_hashes.size(), 2u);
  EXPECT_EQ(c.api.key_hashes[1].substr(0, 8), "fedcba98");
  EXPECT_EQ(c.api.address, "127.0.0.1");
  EXPECT_EQ(c.api.port, 8082);
  EXPECT_EQ(c.api.limits.texts, 3);
  EXPECT_EQ(c.api.limits.tokens, 4000);
  EXPECT_EQ(c.max_copied_words, 12);
  EXPECT_EQ(c.limits.per_client, 5);
  EXPECT_EQ(c.limits.per_prompt, 6);
  EXPECT_EQ(c.limits.total, 7);
  EXPECT_EQ(c.limits.queue, 8);
  EXPECT_EQ(c.limits.mails, 9);
  EXPECT_EQ(c.keep_days, 0);
  EXPECT_EQ(c.admin.address, "::1");
  EXPECT_EQ(c.admin.port, 81);
  EXPECT_EQ(c.admin.password, "$argon2id$v=19");
  EXPECT_EQ(c.database, directory_ / "data/site.db");
  EXPECT_EQ(c.mail.kind, Configuration::Mail::Kind::kSmtp);
  EXPECT_EQ(c.mail.url, "smtp://mail.example.org");
  EXPECT_EQ(c.mail.from, "Kunst <k@example.org>");
}

TEST_F(ConfigurationTest, UnknownKeysAreErrorsThatNameTheNearest) {
  ExpectError("[site]\nlisten_on = \"x\"", "did you mean [site] listen?");
  ExpectError("[site]\ntimezone = \"UTC\"", "did you mean [site] time_zone?");
  ExpectError("[mail]\nadress = \"x\"", "[mail] adress is not known");
  ExpectError("[sit]\nlisten = \"x\"", "there is no section [sit]");
  ExpectError("listen = \"x\"", "listen stands outside a section");
}

TEST_F(ConfigurationTest, WrongValuesAreErrors) {
  for (const char* listen : {"8080", "127.0.0.1", "127.0.0.1:", ":8080",
                             "127.0.0.1:65536", "127.0.0.1:http"}) {
    ExpectError("[site]\nlisten = \"" + std::string(listen) + "\"",
                "must be an address and a port");
  }
  ExpectError("[site]\nlisten = 8080", "must be text");
  ExpectError("[model]\nmax_copied_words = true", "must be a whole number");
  for (const char* words : {"-1", "\"12 words\"", "\"\"", "99999999999"}) {
    ExpectError("[model]\nmax_copied_words = " + std::string(words),
                "must be a number of words");
  }
  ExpectError("[limits]\nclient = 0", "a whole number from 1");
  ExpectError("[limits]\nqueue = \"many\"", "a whole number from 1");
  ExpectError("[limits]\ntotal = 1.5", "must be a whole number");
  ExpectError("[privacy]\nkeep_days = -1", "a number of days");
  ExpectError("[store]\nurl = \"mysql://x\"", "sqlite:artspeak.db");
  ExpectError("[store]\nurl = \"sqlite:\"", "sqlite:artspeak.db");
  ExpectError("[mail]\nkind = \"pigeon\"", "\"directory\" or \"smtp\"");
  ExpectError("[mail]\nkind = \"smtp\"", "needs [mail] url");
  ExpectError("[model]\npath = \"\"", "is empty");
  ExpectError("[model]\nkv = \"int4\"", "[model] kv: \"int4\" is no format");
  ExpectError("[site]\nproxy = \"nginx\"", "a network like \"10.0.0.0/8\"");
  ExpectError("[api]\nkeys = [1]", "must be a list of texts");
  ExpectError("[api]\ntexts_per_key = 0", "a whole number from 1");
  ExpectError("[api]\ntokens_per_key = \"all\"", "a whole number from 1");
  ExpectError("[api]\nlisten = \"here\"", "must be an address and a port");
  ExpectError("[site\n", "line 1");
}

TEST_F(ConfigurationTest, AKeyThatStandsWhereItsHashShouldIsNotPrinted) {
  const std::string toml = "[api]\nkeys = [\"sk-secret\"]";
  ExpectError(toml, "artspeak admin api-key");
  EXPECT_EQ(ErrorOf(toml).find("sk-secret"), std::string::npos);
}

TEST_F(ConfigurationTest, EnvironmentOverridesTheFile) {
  environment_["ARTSPEAK_SITE_LISTEN"] = "0.0.0.0:9000";
  environment_["ARTSPEAK_STORE_URL"] = "sqlite:other.db";
  environment_["ARTSPEAK_MODEL_MAX_COPIED_WORDS"] = "9";
  environment_["ARTSPEAK_API_KEYS"] =
      std::string(64, 'a') + " " + std::string(64, 'b');
  const Configuration c = Load("[site]\nlisten = \"127.0.0.1:1\"");
  EXPECT_EQ(c.api.key_hashes.size(), 2u);
  EXPECT_EQ(c.site.port, 9000);
  EXPECT_EQ(c.max_copied_words, 9);
  EXPECT_EQ(c.database, directory_ / "other.db");
  environment_["ARTSPEAK_SITE_LISTEN"] = "here";
  ExpectError("", "ARTSPEAK_SITE_LISTEN is \"here\"");
}

TEST_F(ConfigurationTest, ModelIsAFolderOrARunBesideTheFile) {
  std::filesystem::create_directories(directory_ / "runs/run1/model");
  std::filesystem::create_directories(directory_ / "mine");
  EXPECT_EQ(ModelPath(Load("[model]\npath = \"mine\"")), directory_ / "mine");
  EXPECT_EQ(ModelPath(Load("[model]\npath = \"run1\"")),
            directory_ / "runs/run1/model");
  EXPECT_THROW(ModelPath(Load("[model]\npath = \"none\"")), base::Error);
}

}  // namespace
}  // namespace artspeak::app
