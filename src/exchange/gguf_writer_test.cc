#include "exchange/gguf_writer.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "exchange/test_gguf_reader.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

// 6 numbers in 24 bytes, 3 in 6, 64 in 68: none ends where the next may begin.
const std::vector<GgufTensor> kTensors = {
    {"matrix.weight", GgufType::kF32, {2, 3}},
    {"norm.bias", GgufType::kF16, {3}},
    {"blocks.weight", GgufType::kQ8_0, {32, 2}}};

std::vector<std::byte> Bytes(size_t count, uint8_t value) {
  return std::vector<std::byte>(count, std::byte{value});
}

TEST(GgufWriter, ComesBackAsWritten) {
  const TempDir folder;
  const fs::path path = folder / "m.gguf";
  GgufMetadata metadata;
  metadata.AddUint32("a.number", 4'000'000'000);
  metadata.AddFloat("a.float", 1e-5f);
  metadata.AddBool("a.yes", true);
  metadata.AddBool("a.no", false);
  metadata.AddString("a.text", "où");
  metadata.AddStrings("texts", std::vector<std::string>{"Ġa", "", "b"});
  metadata.AddInt32s("numbers", std::vector<int32_t>{-1, 3});
  metadata.AddStrings("nothing", {});
  GgufWriter writer(path, metadata, kTensors);
  writer.Write(Bytes(10, 1));
  writer.Write(Bytes(14, 2));
  writer.Write(Bytes(6, 3));
  writer.Write(Bytes(68, 4));
  EXPECT_FALSE(fs::exists(path));
  writer.Commit();

  const GgufFile gguf = ReadGguf(path);
  const std::map<std::string, GgufValue> expected = {
      {"a.number", uint32_t{4'000'000'000}},
      {"a.float", 1e-5f},
      {"a.yes", true},
      {"a.no", false},
      {"a.text", std::string("où")},
      {"texts", std::vector<std::string>{"Ġa", "", "b"}},
      {"numbers", std::vector<int32_t>{-1, 3}},
      {"nothing", std::vector<std::string>{}}};
  EXPECT_EQ(gguf.metadata, expected);
  EXPECT_EQ(gguf.order, (std::vector<std::string>{"matrix.weight", "norm.bias",
                                                  "blocks.weight"}));
  const GgufFile::Tensor& matrix = gguf.tensors.at("matrix.weight");
  EXPECT_EQ(matrix.dimensions, (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(matrix.type, 0u);
  EXPECT_EQ(matrix.offset, 0u);
  EXPECT_EQ(matrix.bytes, std::string(10, 1) + std::string(14, 2));
  const GgufFile::Tensor& norm = gguf.tensors.at("norm.bias");
  EXPECT_EQ(norm.type, 1u);
  EXPECT_EQ(norm.offset, 32u);
  EXPECT_EQ(norm.bytes, std::string(6, 3));
  const GgufFile::Tensor& blocks = gguf.tensors.at("blocks.weight");
  EXPECT_EQ(blocks.type, 8u);
  EXPECT_EQ(blocks.offset, 64u);
  EXPECT_EQ(blocks.bytes, std::string(68, 4));
}

TEST(GgufWriter, TensorsBeginAtMultiplesOf32WhateverTheHeader) {
  const TempDir folder;
  for (size_t length = 0; length < 33; ++length) {
    GgufMetadata metadata;
    metadata.AddString("name", std::string(length, 'x'));
    GgufWriter writer(folder / "m.gguf", metadata, kTensors);
    for (const GgufTensor& tensor : kTensors) {
      writer.Write(Bytes(tensor.bytes(), 7));
    }
    writer.Commit();
    for (const auto& [name, tensor] : ReadGguf(folder / "m.gguf").tensors) {
      EXPECT_EQ(tensor.place % 32, 0u) << name << " after " << length;
      EXPECT_EQ(tensor.bytes, std::string(tensor.bytes.size(), 7)) << name;
    }
  }
}

TEST(GgufWriter, WithoutCommitNothingIsLeft) {
  const TempDir folder;
  {
    GgufWriter writer(folder / "m.gguf", {}, kTensors);
    writer.Write(Bytes(24, 1));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(GgufWriter, AFullDiskLeavesNothing) {
  const TempDir folder;
  const std::vector<GgufTensor> tensors = {
      {"large", GgufType::kF32, {1 << 20}}};
  try {
    const testing::FullDisk full(1 << 20);
    GgufWriter writer(folder / "m.gguf", {}, tensors);
    for (int i = 0; i < 4; ++i) writer.Write(Bytes(1 << 20, 1));
    writer.Commit();
    ADD_FAILURE() << "wrote beyond the end of the disk";
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("m.gguf"), std::string::npos);
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace artspeak::exchange
