#include "app/npy_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::app {
namespace {

TEST(NpyFile, HasTheHeaderAndTheNumbers) {
  testing::TempDir folder;
  const float values[6] = {0, 1, 2, 3, 4, 5.5f};
  WriteNpy(folder / "x.npy", values, 2, 3);
  const std::string file = base::ReadFile(folder / "x.npy");
  ASSERT_GT(file.size(), 10u);
  EXPECT_EQ(file.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  const size_t header = static_cast<unsigned char>(file[8]) +
                        256 * static_cast<unsigned char>(file[9]);
  EXPECT_EQ((10 + header) % 64, 0u);
  ASSERT_EQ(file.size(), 10 + header + sizeof values);
  EXPECT_EQ(file[10 + header - 1], '\n');
  EXPECT_NE(file.find("'shape': (2, 3)"), std::string::npos);
  EXPECT_NE(file.find("'descr': '<f4'"), std::string::npos);
  EXPECT_EQ(std::memcmp(file.data() + 10 + header, values, sizeof values), 0);
}

}  // namespace
}  // namespace artspeak::app
