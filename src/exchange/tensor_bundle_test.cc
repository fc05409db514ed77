#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "exchange/crc32c.h"
#include "exchange/protobuf_wire.h"
#include "exchange/sorted_table_writer.h"
#include "exchange/tensor_bundle_index.h"
#include "exchange/tensor_bundle_reader.h"
#include "exchange/tensor_bundle_writer.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class TensorBundle : public ::testing::Test {
 protected:
  // Not flushed to the disk: some tests write thousands.
  void Write(const fs::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
  }
  void WriteIndex(const std::string& content) {
    Write(IndexPath(prefix_), content);
  }
  // An index of this header and one entry, "w", as messages.
  void WriteMessages(const std::string& header, const std::string& entry) {
    WriteIndex(
        EncodeSortedTable(std::vector<TableEntry>{{"", header}, {"w", entry}}));
  }
  void ExpectIndexRefused(const std::string& reason) {
    EXPECT_THAT(
        [&] { ReadBundleIndex(IndexPath(prefix_)); },
        ThrowsMessage<Error>(
            AllOf(HasSubstr(IndexPath(prefix_).string()), HasSubstr(reason))));
  }
  void ExpectRefused(const std::string& reason) {
    EXPECT_THAT([&] { TensorBundleReader reader(prefix_); },
                ThrowsMessage<Error>(HasSubstr(reason)));
  }
  // Two tensors of 2 × 3 and no dimensions, written as a bundle.
  void WriteSmallBundle() {
    TensorBundleWriter writer(prefix_);
    writer.Add("a", {2, 3}, std::as_bytes(std::span(a_)));
    writer.Add("b", {}, std::as_bytes(std::span(b_)));
    writer.Commit();
  }

  const std::vector<float> a_ = {1, 2, 3, 4, 5, 6.5f}, b_ = {-1};
  testing::TempDir folder_;
  const fs::path prefix_ = folder_ / "model-1";
};

std::string Bytes(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A good header, and the message of a good entry for 3 numbers of fp32.
constexpr std::string_view kHeader = "\x08\x01\x1a\x02\x08\x01";
std::string Entry(std::string_view extra = "") {
  std::string dimension, shape, message;
  AppendVarintField(1, 3, dimension);
  AppendBytesField(2, dimension, shape);
  AppendVarintField(1, 1, message);
  AppendBytesField(2, shape, message);
  AppendVarintField(5, 12, message);
  return message.append(extra);
}

TEST_F(TensorBundle, ComesBackAsWritten) {
  WriteSmallBundle();
  const TensorBundleReader reader(prefix_);
  EXPECT_EQ(reader.index().shards, 1);
  ASSERT_EQ(reader.index().entries.size(), 2u);
  const BundleEntry& a = reader.index().entries.at("a");
  EXPECT_EQ(a.dtype, "float32");
  EXPECT_EQ(a.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(a.offset, 0);
  const BundleEntry& b = reader.index().entries.at("b");
  EXPECT_TRUE(b.shape.empty());
  EXPECT_EQ(b.offset, 24);
  EXPECT_EQ(Bytes(reader.Read("a")), Bytes(std::as_bytes(std::span(a_))));
  EXPECT_EQ(Bytes(reader.Read("b")), Bytes(std::as_bytes(std::span(b_))));
}

TEST_F(TensorBundle, NothingIsThereBeforeCommit) {
  {
    TensorBundleWriter writer(prefix_);
    writer.Add("a", {2, 3}, std::as_bytes(std::span(a_)));
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(TensorBundle, TensorsOfSeveralShardsAreRead) {
  const std::string first = "12345678", second = "abcd";
  const auto crc = [](const std::string& bytes) {
    return MaskedCrc32c(std::as_bytes(std::span(bytes)));
  };
  BundleIndex index{.shards = 3, .entries = {}};
  index.entries["a"] = {"float32", {2}, 0, 0, 8, crc(first)};
  index.entries["b"] = {"int32", {1}, 2, 0, 4, crc(second)};
  WriteIndex(EncodeBundleIndex(index));
  Write(folder_ / "model-1.data-00000-of-00003", first);
  ExpectRefused("model-1.data-00002-of-00003 is missing");
  Write(folder_ / "model-1.data-00002-of-00003", second);
  // The shard between them holds nothing that would be missed.
  const TensorBundleReader reader(prefix_);
  EXPECT_EQ(reader.index().entries, index.entries);
  EXPECT_EQ(Bytes(reader.Read("a")), first);
  EXPECT_EQ(Bytes(reader.Read("b")), second);
}

TEST_F(TensorBundle, EveryTruncationIsRefused) {
  WriteSmallBundle();
  for (const fs::path& path : {IndexPath(prefix_), ShardPath(prefix_, 0, 1)}) {
    const std::string whole = base::ReadFile(path);
    for (size_t length = 0; length < whole.size(); ++length) {
      Write(path, whole.substr(0, length));
      EXPECT_THROW(TensorBundleReader{prefix_}, Error) << path << length;
    }
    Write(path, whole);
  }
}

TEST_F(TensorBundle, EveryFlippedBitOfTheIndexIsRefusedOrChangesNothing) {
  WriteSmallBundle();
  const auto entries = ReadBundleIndex(IndexPath(prefix_)).entries;
  const std::string whole = base::ReadFile(IndexPath(prefix_));
  int refused = 0;
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string index = whole;
    index[bit / 8] = static_cast<char>(index[bit / 8] ^ (1 << bit % 8));
    WriteIndex(index);
    try {
      EXPECT_EQ(TensorBundleReader(prefix_).index().entries, entries) << bit;
    } catch (const Error&) {
      ++refused;
    }
  }
  // All but the zeros of the footer and the block that nobody reads.
  EXPECT_GT(refused, 8 * (static_cast<int>(whole.size()) - 60));
}

TEST_F(TensorBundle, EveryFlippedBitOfTheDataIsFoundWhenItIsRead) {
  WriteSmallBundle();
  const fs::path shard = ShardPath(prefix_, 0, 1);
  const std::string whole = base::ReadFile(shard);
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string data = whole;
    data[bit / 8] = static_cast<char>(data[bit / 8] ^ (1 << bit % 8));
    Write(shard, data);
    const TensorBundleReader reader(prefix_);
    EXPECT_THAT([&] { reader.Read(bit < 8 * 24 ? "a" : "b"); },
                ThrowsMessage<Error>(
                    AllOf(HasSubstr(shard.string()), HasSubstr("checksum"))));
    EXPECT_NO_THROW(reader.Read(bit < 8 * 24 ? "b" : "a"));
  }
}

TEST_F(TensorBundle, HeadersThatCannotBeAreRefused) {
  using std::string_literals::operator""s;
  const std::string version = "\x1a\x02\x08\x01"s;
  WriteMessages(std::string(kHeader), Entry());
  EXPECT_NO_THROW(ReadBundleIndex(IndexPath(prefix_)));
  WriteMessages("", Entry());
  ExpectIndexRefused("no shards");
  WriteMessages("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, Entry());
  ExpectIndexRefused("impossible number of shards");
  WriteMessages("\x08\x01\x10\x01"s + version, Entry());
  ExpectIndexRefused("big-endian");
  WriteMessages("\x08\x01\x1a\x04\x08\x02\x10\x02"s, Entry());
  ExpectIndexRefused("newer version");
  WriteMessages("\x08\x01\x1a\x02\x18\x01"s, Entry());
  ExpectIndexRefused("newer version");
  WriteIndex(EncodeSortedTable({}));
  ExpectIndexRefused("no header");
  WriteIndex(EncodeSortedTable(std::vector<TableEntry>{{"w", Entry()}}));
  ExpectIndexRefused("no header");
}

TEST_F(TensorBundle, EntriesThatCannotBeAreRefused) {
  using std::string_literals::operator""s;
  const std::string minus_one = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s;
  const auto expect_refused = [&](const std::string& entry,
                                  const std::string& reason) {
    WriteMessages(std::string(kHeader), entry);
    ExpectIndexRefused("\"w\" is wrong (" + reason);
  };
  expect_refused("", "it is of an unknown type");
  expect_refused("\x08\x63"s, "it is of an unknown type");
  expect_refused("\x08"s, "it ends within a number");
  expect_refused(Entry("\x18\x01"), "it lies in shard 1 where there are 1");
  expect_refused(Entry("\x20" + minus_one), "it has a negative size");
  expect_refused(Entry("\x28" + minus_one), "it has a negative size");
  expect_refused(Entry("\x28\x0b"),
                 "its shape calls for 12 bytes where it has 11");
  expect_refused(Entry("\x3a\x00"s), "it was saved in slices");
  expect_refused(Entry("\x12\x0d\x12\x0b\x08" + minus_one),
                 "it has a negative size");
  expect_refused(Entry("\x12\x02\x18\x01"), "it has no shape");
  // 2^40 × 2^40 numbers.
  const std::string large = "\x12\x07\x08\x80\x80\x80\x80\x80\x20"s;
  expect_refused(Entry("\x12\x12" + large + large), "it is larger than any");
  std::string dimensions;
  for (int i = 0; i < 255; ++i) dimensions += "\x12\x00"s;
  std::string shape;
  AppendBytesField(2, dimensions, shape);
  expect_refused(Entry(shape), "it has more dimensions");
}

TEST_F(TensorBundle, AMissingIndexIsRefused) {
  ExpectRefused(IndexPath(prefix_).string());
}

// Their own program's verdicts on real checkpoints.
class TheirCheckpoints : public ::testing::TestWithParam<const char*> {};

double Number(const json& value) {
  return value.is_number() ? value.get<double>()
                           : std::stod(value.get<std::string>());
}

double NumberAt(std::span<const std::byte> bytes, const std::string& dtype,
                size_t at) {
  const auto as = [&](auto number) {
    std::memcpy(&number, bytes.data() + at * sizeof number, sizeof number);
    return static_cast<double>(number);
  };
  if (dtype == "float32") return as(float{});
  if (dtype == "float64") return as(double{});
  if (dtype == "int64") return as(int64_t{});
  if (dtype == "int32") return as(int32_t{});
  if (dtype == "int8") return as(int8_t{});
  return as(uint8_t{});
}

void ExpectNumbers(std::span<const std::byte> bytes, const BundleEntry& entry,
                   const json& expected, const std::string& name) {
  if (!expected.contains("first") || entry.dtype == "float16") return;
  const size_t count =
      bytes.size() / static_cast<size_t>(BytesOfDtype(entry.dtype));
  const json& first = expected.at("first");
  const json& last = expected.at("last");
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(NumberAt(bytes, entry.dtype, i), Number(first[i])) << name;
  }
  for (size_t i = 0; i < last.size(); ++i) {
    EXPECT_EQ(NumberAt(bytes, entry.dtype, count - last.size() + i),
              Number(last[i]))
        << name;
  }
}

void ExpectEntries(const BundleIndex& index, const json& expected) {
  EXPECT_EQ(index.shards, expected.at("num_shards"));
  EXPECT_EQ(index.entries.size(), expected.at("tensors").size());
  for (const json& tensor : expected.at("tensors")) {
    const std::string name = tensor.at("name");
    ASSERT_TRUE(index.entries.contains(name)) << name;
    const BundleEntry& entry = index.entries.at(name);
    EXPECT_EQ(entry.dtype, tensor.at("dtype")) << name;
    EXPECT_EQ(json(entry.shape), tensor.at("shape")) << name;
    EXPECT_EQ(entry.shard, tensor.at("shard")) << name;
    EXPECT_EQ(entry.offset, tensor.at("offset")) << name;
    EXPECT_EQ(entry.size, tensor.at("size")) << name;
    EXPECT_EQ(entry.masked_crc, tensor.at("crc32c_masked")) << name;
  }
}

TEST_P(TheirCheckpoints, AreReadAsTheyAre) {
  const auto shared = testing::SharedData();
  if (!shared) GTEST_SKIP() << "no shared data";
  const fs::path folder = *shared / "tf-checkpoint" / GetParam();
  const json all = json::parse(base::ReadFile(folder / "expected.json"));
  for (const auto& [prefix, expected] : all.items()) {
    const TensorBundleReader reader(folder / prefix);
    ExpectEntries(reader.index(), expected);
    for (const json& tensor : expected.at("tensors")) {
      const std::string name = tensor.at("name");
      const BundleEntry& entry = reader.index().entries.at(name);
      if (BytesOfDtype(entry.dtype) == 0) continue;
      ExpectNumbers(reader.Read(name), entry, tensor, name);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, TheirCheckpoints,
    ::testing::Values(
        "serving-saved_model_half_plus_three", "serving-saved_model_counter",
        "serving-half_plus_two_2017", "onnx-regression",
        "rust-regression_savedmodel", "derived/gpt2-tiny",
        "derived/gpt2-tiny-3shards", "derived/gpt2-tiny-nowte-snappy",
        "derived/gpt2-tiny-nowte-multiblock",
        "derived/gpt2-tiny-nowte-multiblock-snappy", "derived/dtype-zoo"));

TEST(TheirIndexes, AreReadAndComeOutTheSame) {
  const auto shared = testing::SharedData();
  if (!shared) GTEST_SKIP() << "no shared data";
  const fs::path folder = *shared / "tf-checkpoint/index-only";
  const json all = json::parse(base::ReadFile(folder / "expected.json"));
  EXPECT_EQ(all.size(), 4u);
  for (const auto& [prefix, expected] : all.items()) {
    const fs::path path = IndexPath(folder / prefix);
    const BundleIndex index = ReadBundleIndex(path);
    ExpectEntries(index, expected);
    EXPECT_EQ(EncodeBundleIndex(index), base::ReadFile(path)) << prefix;
  }
}

// What TensorFlow wrote, written again: both files, to the last byte.
TEST_F(TensorBundle, IsWrittenAsTensorFlowWritesIt) {
  const auto shared = testing::SharedData();
  if (!shared) GTEST_SKIP() << "no shared data";
  for (const char* theirs :
       {"onnx-regression/model", "serving-half_plus_two_2017/export",
        "serving-saved_model_half_plus_three/variables"}) {
    const fs::path prefix = *shared / "tf-checkpoint" / theirs;
    const TensorBundleReader reader(prefix);
    TensorBundleWriter writer(prefix_);
    for (const auto& [name, entry] : reader.index().entries) {
      writer.Add(name, entry.shape, reader.Read(name));
    }
    writer.Commit();
    EXPECT_EQ(base::ReadFile(IndexPath(prefix_)),
              base::ReadFile(IndexPath(prefix)))
        << theirs;
    EXPECT_EQ(base::ReadFile(ShardPath(prefix_, 0, 1)),
              base::ReadFile(ShardPath(prefix, 0, 1)))
        << theirs;
  }
}

TEST(MalformedCheckpoints, AreEachRefusedWithTheirReason) {
  const auto shared = testing::SharedData();
  if (!shared) GTEST_SKIP() << "no shared data";
  const fs::path folder = *shared / "tf-checkpoint/derived/malformed";
  const std::map<std::string, std::string> reasons = {
      {"empty-index", "too short"},
      {"short-footer", "too short"},
      {"bad-magic", "truncated or another kind of file"},
      {"truncated-index", "truncated or another kind of file"},
      {"block-bitflip", "a checksum does not match"},
      {"data-bitflip", "do not match their checksum"},
      {"data-truncated", "too few to hold"},
      {"data-missing", "data-00000-of-00001 is missing"},
      {"lfs-pointer", "git lfs pull"},
      {"footer-garbage-varints", "a number beyond 64 bits"},
      {"index-handle-out-of-range", "a block beyond its end"},
      {"snappy-bad-length", "compressed block"},
      {"unknown-compression", "compressed in a way"},
      {"negative-dim", "a negative size"},
      {"huge-dims-overflow", "larger than any file"},
      {"size-mismatch", "calls for 12 bytes where it has 8"},
      {"offset-past-end", "too few to hold"},
      {"shard-out-of-range", "shard 9 where there are 1"}};
  const json why = json::parse(base::ReadFile(folder / "why.json"));
  EXPECT_EQ(why.size(), reasons.size());
  for (const auto& [name, what] : why.items()) {
    const fs::path prefix = folder / name / "model.ckpt";
    const auto read_all = [&] {
      const TensorBundleReader reader(prefix);
      for (const auto& entry : reader.index().entries) reader.Read(entry.first);
    };
    EXPECT_THAT(read_all,
                ThrowsMessage<Error>(AllOf(HasSubstr(prefix.string()),
                                           HasSubstr(reasons.at(name)))))
        << what;
  }
}

}  // namespace
}  // namespace artspeak::exchange
