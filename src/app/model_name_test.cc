#include "app/model_name.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

namespace fs = std::filesystem;

TEST(ModelName, AFolderIsItselfAndARunIsItsModel) {
  testing::TempDir directory;
  const fs::path runs = directory / "runs";
  fs::create_directories(runs / "run1" / "model");
  fs::create_directories(directory / "base");
  std::ofstream(directory / "base" / "config.json") << "{}";

  EXPECT_EQ(ModelDirectory((directory / "base").string(), runs),
            directory / "base");
  EXPECT_EQ(ModelDirectory("run1", runs), runs / "run1" / "model");
  EXPECT_EQ(ModelDirectory((runs / "run1").string(), runs),
            runs / "run1" / "model");
  EXPECT_THROW(ModelDirectory("run2", runs), base::Error);
  EXPECT_THROW(ModelDirectory("", runs), base::Error);
  EXPECT_THROW(ModelDirectory((directory / "base" / "config.json").string()),
               base::Error);
}

}  // namespace
}  // namespace artspeak::app
