#include "base/busy_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stop_token>
#include <thread>

#include "base/error.h"
#include "tests/support/testing.h"

namespace artspeak::base {
namespace {

class BusyFileTest : public ::testing::Test {
 protected:
  testing::TempDir directory_;
  const std::filesystem::path path_ = directory_ / "busy";
};

TEST_F(BusyFileTest, TellsWhetherItIsHeld) {
  EXPECT_FALSE(IsHeld(path_));  // nobody made it
  BusyFile file(path_);
  EXPECT_FALSE(IsHeld(path_));
  for (int i = 0; i < 3; ++i) {
    file.Hold();
    file.Hold();  // once is enough to release it
    EXPECT_TRUE(IsHeld(path_));
    file.Release();
    EXPECT_FALSE(IsHeld(path_));
  }
}

TEST_F(BusyFileTest, IsHeldUntilTheLastHolderReleasesIt) {
  BusyFile first(path_);
  first.Hold();
  {
    BusyFile second(path_);
    second.Hold();
    first.Release();
    EXPECT_TRUE(IsHeld(path_));
  }
  EXPECT_FALSE(IsHeld(path_));
}

TEST_F(BusyFileTest, AHolderThatIsKilledReleasesIt) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t holder = fork();
  if (holder == 0) {
    BusyFile file(path_);
    file.Hold();
    if (write(ready[1], "!", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(IsHeld(path_));
  kill(holder, SIGKILL);
  ASSERT_EQ(waitpid(holder, nullptr, 0), holder);
  EXPECT_FALSE(IsHeld(path_));
  close(ready[0]);
  close(ready[1]);
}

TEST_F(BusyFileTest, WhoAsksIsNeverInTheWayOfAHolder) {
  BusyFile file(path_);
  std::jthread asker([this](std::stop_token stop) {
    while (!stop.stop_requested()) IsHeld(path_);
  });
  for (int i = 0; i < 5000; ++i) {
    ASSERT_NO_THROW(file.Hold());
    file.Release();
  }
}

TEST_F(BusyFileTest, EveryUserMayReadItWhateverTheUmask) {
  const mode_t before = umask(0077);
  BusyFile file(path_);
  file.Hold();
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0644u);
}

TEST_F(BusyFileTest, IsMadeAgainWhereSomebodyRemovedIt) {
  BusyFile file(path_);
  file.Hold();
  file.Release();
  std::filesystem::remove(path_);
  file.Hold();
  EXPECT_TRUE(IsHeld(path_));
}

TEST_F(BusyFileTest, SaysWhatIsWrongWithTheFile) {
  const auto nowhere = directory_ / "missing" / "busy";
  EXPECT_THROW(BusyFile(nowhere).Hold(), Error);
  EXPECT_THROW(IsHeld(nowhere), Error);
  std::filesystem::create_symlink(path_, directory_ / "link");
  EXPECT_THROW(BusyFile(directory_ / "link").Hold(), Error);
  EXPECT_THROW(IsHeld(directory_ / "link"), Error);
}

TEST_F(BusyFileTest, APipeInItsPlaceHoldsNobodyUp) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0644), 0);
  EXPECT_FALSE(IsHeld(path_));
}

}  // namespace
}  // namespace artspeak::base
