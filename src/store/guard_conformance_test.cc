// What every store must do behind the ports that guard the site. A new store
// adds one line to the factories at the end.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "service/secret_store.h"
#include "store/sqlite_database.h"
#include "store/sqlite_secret_store.h"
#include "tests/support/testing.h"

namespace artspeak::store {
namespace {

using namespace service;

// One process's view of a store.
struct GuardStores {
  virtual ~GuardStores() = default;
  virtual SecretStore& secrets() = 0;
};

struct Factory {
  const char* name;
  // Opens the store that lives in a folder; again and again, the same one.
  std::function<std::unique_ptr<GuardStores>(const std::filesystem::path&)>
      open;
};

class GuardStore : public ::testing::TestWithParam<Factory> {
 protected:
  std::unique_ptr<GuardStores> Open() {
    return GetParam().open(directory_.path());
  }

  testing::TempDir directory_;
};

class SecretStoreTest : public GuardStore {};

TEST_P(SecretStoreTest, TheSecretIsMadeOnceForAllProcesses) {
  std::vector<std::unique_ptr<GuardStores>> processes;
  for (int i = 0; i < 4; ++i) processes.push_back(Open());
  std::vector<std::string> secrets(processes.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < processes.size(); ++i) {
    threads.emplace_back(
        [&, i] { secrets[i] = processes[i]->secrets().Secret(); });
  }
  for (std::thread& thread : threads) thread.join();
  secrets.push_back(Open()->secrets().Secret());
  EXPECT_EQ(std::set(secrets.begin(), secrets.end()).size(), 1u);
  EXPECT_EQ(secrets[0].size(), kSecretBytes);
}

TEST_P(SecretStoreTest, EverySiteHasItsOwn) {
  const testing::TempDir elsewhere;
  EXPECT_NE(Open()->secrets().Secret(),
            GetParam().open(elsewhere.path())->secrets().Secret());
}

struct SqliteStores : GuardStores {
  explicit SqliteStores(const std::filesystem::path& directory)
      : database(directory / "artspeak.db") {}
  SecretStore& secrets() override { return secret_store; }

  SqliteDatabase database;
  SqliteSecretStore secret_store{database};
};

const Factory kFactories[] = {
    {"Sqlite",
     [](const std::filesystem::path& directory)
         -> std::unique_ptr<GuardStores> {
       return std::make_unique<SqliteStores>(directory);
     }},
};

std::string NameOf(const ::testing::TestParamInfo<Factory>& info) {
  return info.param.name;
}

const auto kAll = ::testing::ValuesIn(kFactories);
INSTANTIATE_TEST_SUITE_P(All, SecretStoreTest, kAll, NameOf);

}  // namespace
}  // namespace artspeak::store
