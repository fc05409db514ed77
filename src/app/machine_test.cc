#include "app/machine.h"

#include <gtest/gtest.h>

namespace artspeak::app {
namespace {

TEST(Machine, IsReadFromWhatTheSystemTells) {
  const Machine machine = ParseMachine(
      "processor\t: 0\nmodel name\t: Example CPU @ 2.70GHz\n"
      "flags\t\t: fpu avx2 avx512f avx512_vnni\n\n"
      "processor\t: 1\nmodel name\t: another\nflags\t\t: amx_bf16\n");
  EXPECT_EQ(machine.processor, "Example CPU @ 2.70GHz");
  EXPECT_EQ(machine.instructions, "AVX2, AVX-512, VNNI");
}

TEST(Machine, WhatIsNotToldStaysEmpty) {
  for (const char* text : {"", "model name", "flags\t:", "flags : xavx2x\n"}) {
    EXPECT_EQ(ParseMachine(text).processor, "");
    EXPECT_EQ(ParseMachine(text).instructions, "");
  }
}

}  // namespace
}  // namespace artspeak::app
