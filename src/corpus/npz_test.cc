#include "corpus/npz.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <fstream>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/npz_file.h"
#include "tests/support/testing.h"

namespace artspeak::corpus {
namespace {

namespace fs = std::filesystem;
using Arrays = std::vector<std::vector<int32_t>>;
using testing::Npy;
using testing::Npz;
using testing::Zip;

class TokenArrays : public ::testing::Test {
 protected:
  // Not durable, so that a test may write a thousand files.
  Arrays Read(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    return ReadTokenArrays(path_);
  }

  std::string FaultOf(const std::string& content) {
    try {
      Read(content);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "no error";
  }

  // An archive of one array of 64-bit numbers, as the program zip packs it.
  std::string Compressed(const std::string& npy) {
    const fs::path path = directory_ / "compressed.npz";
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    zip_file_add(archive, "arr_0.npy",
                 zip_source_buffer(archive, npy.data(), npy.size(), 0), 0);
    EXPECT_EQ(zip_close(archive), 0);
    return base::ReadFile(path);
  }

  testing::TempDir directory_;
  fs::path path_ = directory_ / "text_encoded.npz";
};

TEST_F(TokenArrays, AreReadInOrder) {
  const Arrays arrays = {{15496, 995, 50256}, {}, {0}};
  EXPECT_EQ(Read(Npz(arrays)), arrays);
}

TEST_F(TokenArrays, AreReadCompressedAndLongerThanOnePart) {
  std::vector<int32_t> tokens;
  for (int i = 0; i < 100'000; ++i) tokens.push_back(i * 7919 % 50257);
  const std::string npy = testing::TokensAsNpy(tokens);
  const std::string file = Compressed(npy);
  EXPECT_LT(file.size(), npy.size() / 2);
  EXPECT_EQ(Read(file), Arrays{tokens});
}

TEST_F(TokenArrays, MayBeOfAnyWholeNumbers) {
  const auto read = [&](const std::string& type, const std::string& content) {
    return Read(Zip({{"a.npy", Npy("{'descr': '" + type + "', 'shape': (2,), }",
                                   content)}}));
  };
  const auto bytes = [](std::initializer_list<int> values) {
    return std::string(values.begin(), values.end());
  };
  const Arrays expected = {{1, 100}};
  EXPECT_EQ(read("|u1", bytes({1, 100})), expected);
  EXPECT_EQ(read("|i1", bytes({1, 100})), expected);
  EXPECT_EQ(read("<u2", bytes({1, 0, 100, 0})), expected);
  EXPECT_EQ(read(">i2", bytes({0, 1, 0, 100})), expected);
  EXPECT_EQ(read("<i4", bytes({1, 0, 0, 0, 100, 0, 0, 0})), expected);
  EXPECT_EQ(read(">u8", bytes({0, 0, 0, 0, 0, 0, 0, 1,  //
                               0, 0, 0, 0, 0, 0, 0, 100})),
            expected);
  EXPECT_EQ(read("<u2", bytes({-1, -1, 0, -128})), (Arrays{{65535, 32768}}));
}

TEST_F(TokenArrays, NumbersThatAreNoTokensAreRefused) {
  for (const int32_t token : {-1, -50256}) {
    EXPECT_NE(FaultOf(Npz({{1, token}})).find("no token id"),
              std::string::npos);
  }
  const std::string narrow = Npy("{'descr': '|i1', 'shape': (1,), }", "\xFF");
  EXPECT_NE(FaultOf(Zip({{"a.npy", narrow}})).find("no token id"),
            std::string::npos);
  const std::string large = Npy("{'descr': '<u8', 'shape': (1,), }",
                                testing::LittleEndian(uint64_t{1} << 31, 8));
  EXPECT_NE(FaultOf(Zip({{"a.npy", large}})).find("no token id"),
            std::string::npos);
}

TEST_F(TokenArrays, TheFaultNamesTheFileTheArrayAndWhatToDo) {
  const std::string objects =
      Npy("{'descr': '|O', 'shape': (1,), }", "12345678");
  const std::string fault = FaultOf(
      Zip({{"arr_0.npy", testing::TokensAsNpy({1})}, {"arr_1.npy", objects}}));
  EXPECT_NE(fault.find("text_encoded.npz"), std::string::npos) << fault;
  EXPECT_NE(fault.find("arr_1.npy: it holds Python objects"),
            std::string::npos);
  EXPECT_NE(fault.find("give the text"), std::string::npos);
  EXPECT_NE(FaultOf("not an archive").find("zip archive"), std::string::npos);
  EXPECT_NE(FaultOf(Zip({})).find("no array"), std::string::npos);
  EXPECT_NE(FaultOf(Zip({{"readme.txt", "hello hello hello"}}))
                .find("readme.txt: it is not a .npy array"),
            std::string::npos);
}

TEST_F(TokenArrays, LengthsThatLieAreRefused) {
  const auto with_count = [](const std::string& count) {
    return Zip({{"a.npy", Npy("{'descr': '<i8', 'shape': (" + count + ",), }",
                              std::string(16, '\0'))}});
  };
  EXPECT_EQ(Read(with_count("2")), (Arrays{{0, 0}}));
  for (const char* count :
       {"0", "1", "3", "1000000000000", "2305843009213693954"}) {
    EXPECT_NE(FaultOf(with_count(count)).find("its length"), std::string::npos)
        << count;
  }
}

TEST_F(TokenArrays, EveryTruncationAndEveryFlippedBitEndsWell) {
  const std::string whole = Npz({{1, 2, 3}, {4}});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(FaultOf(whole.substr(0, size)), "no error") << size;
  }
  // A flipped name or date may pass; a flipped number may not.
  const size_t numbers = whole.find("(3,)");
  ASSERT_NE(numbers, std::string::npos);
  const Arrays before = Read(whole);
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    if (FaultOf(flipped) == "no error") {
      EXPECT_EQ(Read(flipped), before) << bit / 8;
    }
  }
}

TEST_F(TokenArrays, WhatUnpacksToFarMoreIsRefusedBeforeItIsUnpacked) {
  // 128 MB of zeros are some 130 KB.
  const std::string bomb =
      Compressed(Npy("{'descr': '<i8', 'shape': (16000000,), }",
                     std::string(128 << 20, 0).substr(0, 128'000'000)));
  EXPECT_LT(bomb.size(), 500'000u);
  EXPECT_NE(FaultOf(bomb).find("far more"), std::string::npos);
}

}  // namespace
}  // namespace artspeak::corpus
