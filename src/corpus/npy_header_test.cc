#include "corpus/npy_header.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "tests/support/npz_file.h"

namespace artspeak::corpus {
namespace {

using testing::LittleEndian;
using testing::Npy;

std::string FaultOf(const std::string& start) {
  try {
    ParseNpyHeader(start);
  } catch (const base::Error& error) {
    return error.what();
  }
  return "no error";
}

std::string Typed(const std::string& type) {
  return Npy(
      "{'descr': '" + type + "', 'fortran_order': False, 'shape': (3,), }", "");
}

TEST(NpyHeader, TellsTypeLengthAndWhereTheNumbersBegin) {
  const std::string file = Typed("<i8");
  const NpyHeader header = ParseNpyHeader(file + "numbers");
  EXPECT_TRUE(header.is_signed);
  EXPECT_FALSE(header.is_big_endian);
  EXPECT_EQ(header.number_bytes, 8u);
  EXPECT_EQ(header.count, 3u);
  EXPECT_EQ(header.header_bytes, file.size());
  EXPECT_EQ(ParseNpyHeader(Typed("|u1")).number_bytes, 1u);
  EXPECT_FALSE(ParseNpyHeader(Typed("<u2")).is_signed);
  EXPECT_TRUE(ParseNpyHeader(Typed(">i4")).is_big_endian);
}

TEST(NpyHeader, MayBeWrittenInOtherWays) {
  const std::string dictionary =
      "{\"shape\":(12),\"fortran_order\":True,\"descr\":\"<u4\"}";
  EXPECT_EQ(ParseNpyHeader(Npy(dictionary, "")).count, 12u);
  // Version 2 has a longer length.
  const std::string second = "\x93NUMPY" + std::string("\2\0", 2) +
                             LittleEndian(dictionary.size(), 4) + dictionary;
  EXPECT_EQ(ParseNpyHeader(second).count, 12u);
  EXPECT_EQ(ParseNpyHeader(second).header_bytes, second.size());
}

TEST(NpyHeader, WhatAreNoTokensIsNamed) {
  EXPECT_NE(FaultOf(Typed("|O")).find("Python objects"), std::string::npos);
  for (const char* type : {"<f4", "<c8", "|b1", "<U5", "<i3", "i8", "<i16"}) {
    EXPECT_NE(FaultOf(Typed(type)).find(type), std::string::npos) << type;
  }
  const std::string before = "{'descr': '<i8', 'fortran_order': False, ";
  EXPECT_NE(FaultOf(Npy(before + "'shape': (), }", "")).find("0 dimensions"),
            std::string::npos);
  EXPECT_NE(FaultOf(Npy(before + "'shape': (2, 3), }", "")).find("2 dim"),
            std::string::npos);
  EXPECT_NE(FaultOf(Npy("{'descr': [('a', '<i8')], 'shape': (3,)}", ""))
                .find("table"),
            std::string::npos);
}

TEST(NpyHeader, EveryTruncationAndEveryOddHeaderIsRefused) {
  const std::string whole = Typed("<i8");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(FaultOf(whole.substr(0, size)), "no error") << size;
  }
  for (const char* dictionary :
       {"", "{", "}", "{}", "{'descr'}", "{'descr': '<i8'}",
        "{'descr': '<i8', 'shape': (3,)} {", "{'descr': '<i8' 'shape': (3,)}",
        "{'descr': '<i8', 'shape': (3", "{'descr': '<i8', 'shape': (-3,)}",
        "{'descr': '<i8', 'shape': (99999999999999999999,)}",
        "{'descr': '<i8', 'shape': (3,), 'more': 1}",
        "{'descr': '<i8, 'shape': (3,)}",
        "{'descr': '<i8', 'fortran_order': 1, 'shape': (3,)}"}) {
    EXPECT_NE(FaultOf(Npy(dictionary, "")), "no error") << dictionary;
  }
  std::string odd = whole;
  odd[6] = 9;  // a version to come
  EXPECT_NE(FaultOf(odd).find("version 9"), std::string::npos);
  const std::string endless = "\x93NUMPY" + std::string("\2\0", 2) +
                              LittleEndian(~0u, 4) + std::string(20'000, ' ');
  EXPECT_NE(FaultOf(endless).find("too long"), std::string::npos);
}

}  // namespace
}  // namespace artspeak::corpus
