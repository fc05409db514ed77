#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "gpt2/safetensors_reader.h"
#include "gpt2/safetensors_writer.h"
#include "tests/support/testing.h"

namespace artspeak::gpt2 {
namespace {

namespace fs = std::filesystem;
using base::Error;

class Safetensors : public ::testing::Test {
 protected:
  // Writes a file of this header (its length put before it) and these bytes.
  fs::path Write(const std::string& header, const std::string& data) {
    const uint64_t length = header.size();
    std::string file(reinterpret_cast<const char*>(&length), sizeof length);
    return WriteRaw(file + header + data);
  }
  fs::path WriteRaw(const std::string& file) {
    // Not flushed to the disk: some tests write hundreds.
    std::ofstream(folder_ / "x.safetensors", std::ios::binary) << file;
    return folder_ / "x.safetensors";
  }
  void ExpectRefused(const std::string& header, const std::string& data) {
    const fs::path path = Write(header, data);
    try {
      SafetensorsReader reader(path);
      ADD_FAILURE() << "took " << header;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(path.string()),
                std::string::npos);
    }
  }
  testing::TempDir folder_;
};

TEST_F(Safetensors, ComesBackAsWritten) {
  const std::vector<float> a = {1, 2, 3, 4, 5, 6.5f}, b = {-1};
  const std::vector<FloatTensor> tensors = {{"a", {2, 3}, a}, {"b", {}, b}};
  WriteSafetensors(folder_ / "t.safetensors", tensors);
  const SafetensorsReader reader(folder_ / "t.safetensors");
  ASSERT_EQ(reader.tensors().size(), 2u);
  const StoredTensor& stored = reader.tensors().at("a");
  EXPECT_EQ(stored.dtype, "F32");
  EXPECT_EQ(stored.shape, (std::vector<int64_t>{2, 3}));
  std::vector<float> read(6);
  CopyAsFloats(stored, read);
  EXPECT_EQ(read, a);
  EXPECT_EQ(reader.tensors().at("b").size, 1);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(stored.bytes.data()) % 64, 0u);
}

TEST_F(Safetensors, SixteenBitNumbersBecomeFloats) {
  const std::vector<uint16_t> half = {0x3c00, 0xc000, 0x0001, 0x7bff,
                                      0x7c00, 0x8000, 0x0400};
  const std::vector<float> expected = {1,        -2,    0x1p-24f, 65504,
                                       INFINITY, -0.0f, 0x1p-14f};
  std::string data(reinterpret_cast<const char*>(half.data()), 14);
  data += std::string("\x80\x3f\x40\xc0", 4);  // bfloat16 1 and -3
  const SafetensorsReader reader(
      Write(R"({"h":{"dtype":"F16","shape":[7],"data_offsets":[0,14]},)"
            R"("b":{"dtype":"BF16","shape":[2],"data_offsets":[14,18]}})",
            data));
  std::vector<float> h(7), b(2);
  CopyAsFloats(reader.tensors().at("h"), h);
  CopyAsFloats(reader.tensors().at("b"), b);
  EXPECT_EQ(h, expected);
  EXPECT_TRUE(std::signbit(h[5]));
  EXPECT_EQ(b, (std::vector<float>{1, -3}));
}

TEST_F(Safetensors, EveryTruncationIsRefused) {
  const std::vector<float> a = {1, 2, 3};
  WriteSafetensors(folder_ / "t.safetensors", {{{"a", {3}, a}}});
  const std::string whole = base::ReadFile(folder_ / "t.safetensors");
  for (size_t length = 0; length < whole.size(); ++length) {
    const fs::path path = WriteRaw(whole.substr(0, length));
    EXPECT_THROW(SafetensorsReader{path}, Error) << length;
  }
  const fs::path longer = WriteRaw(whole + "x");
  EXPECT_THROW(SafetensorsReader{longer}, Error);
}

TEST_F(Safetensors, FlippedBytesOfTheHeaderNeverCrash) {
  const std::vector<float> a = {1, 2, 3};
  WriteSafetensors(folder_ / "t.safetensors", {{{"a", {3}, a}}});
  const std::string whole = base::ReadFile(folder_ / "t.safetensors");
  for (size_t at = 0; at + sizeof(float) * a.size() < whole.size(); ++at) {
    for (const char flip : {'\x01', '\x10', '\x80', '\x7f'}) {
      std::string file = whole;
      file[at] = static_cast<char>(file[at] ^ flip);
      const fs::path path = WriteRaw(file);
      try {
        SafetensorsReader reader(path);
      } catch (const Error&) {
      }
    }
  }
}

TEST_F(Safetensors, MalformedHeadersAreRefused) {
  const std::string four(4, 'x');
  ExpectRefused("", "");
  ExpectRefused("[]", "");
  ExpectRefused("{\"\xff\":1}", "");
  ExpectRefused(R"({"a":1})", four);
  ExpectRefused(R"({"a":{"dtype":"F32","shape":[1]}})", four);
  ExpectRefused(R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})",
                four);
  ExpectRefused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})",
                four);
  ExpectRefused(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",
                four);
  ExpectRefused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})",
                four);
  ExpectRefused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})",
                four);
  ExpectRefused(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],)"
                R"("data_offsets":[0,0]}})",
                "");
  // A gap, an overlap, and one name twice.
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                "xx");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                "xxx");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                "x");
  ExpectRefused(R"({"__metadata__":{"format":1}})", "");
  ExpectRefused(std::string(100'000, '['), "");
}

TEST_F(Safetensors, MissingFileIsRefused) {
  EXPECT_THROW(SafetensorsReader{folder_ / "none.safetensors"}, Error);
}

// Files of other programs, with the verdicts of theirs.
TEST_F(Safetensors, AgreesWithOthersOnTheirFiles) {
  const auto shared = testing::SharedData();
  if (!shared) GTEST_SKIP() << "no shared data";
  const fs::path folder = *shared / "safetensors";
  const auto verdicts =
      nlohmann::json::parse(base::ReadFile(folder / "expected.json"));
  ASSERT_GT(verdicts.size(), 20u);
  for (const auto& [name, verdict] : verdicts.items()) {
    if (verdict.at("expect") == "error") {
      EXPECT_THROW(SafetensorsReader{folder / name}, Error) << name;
      continue;
    }
    const SafetensorsReader reader(folder / name);
    const auto& expected = verdict.at("tensors");
    ASSERT_EQ(reader.tensors().size(), expected.size()) << name;
    for (const auto& [key, tensor] : expected.items()) {
      const StoredTensor& stored = reader.tensors().at(key);
      EXPECT_EQ(stored.dtype, tensor.at("dtype")) << name;
      EXPECT_EQ(stored.shape, tensor.at("shape").get<std::vector<int64_t>>());
      if (!IsFloatDtype(stored.dtype)) continue;
      std::vector<float> values(static_cast<size_t>(stored.size));
      CopyAsFloats(stored, values);
      const auto first = tensor.at("first").get<std::vector<float>>();
      for (size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(values.at(i), first[i]) << name;
      }
    }
  }
}

}  // namespace
}  // namespace artspeak::gpt2
