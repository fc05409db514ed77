#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <snappy.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "exchange/sorted_table_reader.h"
#include "exchange/sorted_table_writer.h"
#include "exchange/test_table.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

using base::Error;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<TableEntry> SomeEntries(int count) {
  std::vector<TableEntry> entries = {{"", "header"}};
  for (int i = 0; i < count; ++i) {
    entries.push_back(
        {fmt::format("model/h{:06}/w", i), std::string(i % 50, 'v')});
  }
  return entries;
}

void ExpectRefused(const std::string& file, const std::string& reason) {
  EXPECT_THAT([&] { ReadSortedTable(file); },
              ThrowsMessage<Error>(HasSubstr(reason)));
}

TEST(SortedTable, ComesBackAsWritten) {
  // One block, and several.
  for (const int count : {0, 1, 15, 16, 17, 40'000}) {
    const std::vector<TableEntry> entries = SomeEntries(count);
    EXPECT_EQ(ReadSortedTable(EncodeSortedTable(entries)), entries) << count;
  }
  EXPECT_EQ(ReadSortedTable(EncodeSortedTable({})).size(), 0u);
}

TEST(SortedTable, KeysOfAnyBytesComeBack) {
  const std::vector<TableEntry> entries = {{std::string("\0", 1), "zero"},
                                           {"\x7f", ""},
                                           {"\x80", "a"},
                                           {"\xff\xff", "b"}};
  EXPECT_EQ(ReadSortedTable(EncodeSortedTable(entries)), entries);
}

TEST(SortedTable, CompressedBlocksAreRead) {
  const std::string block =
      BlockOf(EntryOf("a", std::string(1000, 'x')) + EntryOf("b", "y"));
  std::string compressed;
  snappy::Compress(block.data(), block.size(), &compressed);
  EXPECT_LT(compressed.size(), 100u);
  EXPECT_EQ(
      ReadSortedTable(TableOfBlock(compressed, BlockCompression::kSnappy)),
      (std::vector<TableEntry>{{"a", std::string(1000, 'x')}, {"b", "y"}}));
}

// A text that snappy says is of `length` bytes.
std::string Claiming(uint64_t length) {
  std::string compressed;
  AppendVarint(length, compressed);
  return compressed + "xxxx";
}

TEST(SortedTable, CompressedBlocksThatDoNotUnpackAreRefused) {
  for (const uint64_t length :
       {uint64_t{200}, uint64_t{1} << 31, ~uint64_t{0}}) {
    ExpectRefused(TableOfBlock(Claiming(length), BlockCompression::kSnappy),
                  "impossible length");
  }
  ExpectRefused(TableOfBlock(Claiming(50), BlockCompression::kSnappy),
                "does not unpack");
  ExpectRefused(TableOfBlock("", BlockCompression::kSnappy),
                "impossible length");
  ExpectRefused(TableOfBlock("x", BlockCompression{7}), "a way");
}

TEST(SortedTable, EveryTruncationIsRefused) {
  const std::string whole = EncodeSortedTable(SomeEntries(20));
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(ReadSortedTable(whole.substr(0, length)), Error) << length;
    EXPECT_THROW(ReadSortedTable(whole.substr(length + 1)), Error) << length;
  }
}

// The zeros of the footer, and the handle of the metaindex, say nothing.
TEST(SortedTable, EveryFlippedBitIsRefusedOrChangesNothing) {
  const std::vector<TableEntry> entries = SomeEntries(20);
  const std::string whole = EncodeSortedTable(entries);
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string file = whole;
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ (1 << bit % 8));
    try {
      EXPECT_EQ(ReadSortedTable(file), entries) << bit;
    } catch (const Error&) {
    }
  }
}

TEST(SortedTable, EntriesBeyondTheirBlockAreRefused) {
  using std::string_literals::operator""s;
  ExpectRefused(TableOfBlock("abc"), "too short");
  ExpectRefused(TableOfBlock("\2\0\0\0"s), "cut off");
  ExpectRefused(TableOfBlock("\xff\xff\xff\xff"s), "cut off");
  for (const std::string& entries :
       {"\0"s, "\0\0"s, "\0\1\0"s, "\0\0\1"s, "\1\0\0"s, "\0\1\1a"s,
        "\0\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1a"s,
        "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\1a"s}) {
    EXPECT_THROW(ReadSortedTable(TableOfBlock(BlockOf(entries))), Error);
  }
}

TEST(SortedTable, KeysThatDoNotRiseAreRefused) {
  ExpectRefused(TableOfBlock(BlockOf(EntryOf("b", "") + EntryOf("a", ""))),
                "keys are out of order");
  ExpectRefused(TableOfBlock(BlockOf(EntryOf("a", "") + EntryOf("a", ""))),
                "keys are out of order");
}

TEST(SortedTable, ABlockNamedTwiceIsRefused) {
  // Empty, so that no key would tell.
  std::string file;
  const std::string handle =
      AppendSealedBlock(BlockOf(""), BlockCompression::kNone, file);
  ExpectRefused(
      TableOf(file, BlockOf(EntryOf("a", handle) + EntryOf("b", handle))),
      "blocks are out of order");
}

TEST(SortedTable, BlocksBeyondTheEndAreRefused) {
  for (const uint64_t offset :
       {uint64_t{100}, uint64_t{1} << 40, ~uint64_t{0}, ~uint64_t{0} - 8}) {
    for (const uint64_t size : {uint64_t{8}, ~uint64_t{0}}) {
      std::string handle;
      AppendVarint(offset, handle);
      AppendVarint(size, handle);
      ExpectRefused(TableOf("", BlockOf(EntryOf("a", handle))),
                    "a block beyond its end");
    }
  }
}

// Small entries that stand for long keys do not take unbounded memory.
TEST(SortedTable, TooMuchContentIsRefused) {
  std::string entries = EntryOf(std::string(1 << 20, 'k'), "");
  for (uint64_t shared = 1 << 20; shared < (1 << 20) + 20; ++shared) {
    AppendVarint(shared, entries);
    entries += std::string("\1\0x", 3);
  }
  ExpectRefused(TableOfBlock(BlockOf(entries)), "too much");
  ExpectRefused(TableOfBlock(std::string(17 << 20, 'x')), "too large a block");
}

// What TensorFlow wrote for OpenAI and for others comes out the same again.
TEST(SortedTable, IsWrittenAsTensorFlowWritesIt) {
  const auto shared = testing::SharedData();
  if (!shared) GTEST_SKIP() << "no shared data";
  for (const char* name : {"index-only/openai-124M.model.ckpt.index",
                           "index-only/openai-355M.model.ckpt.index",
                           "index-only/gpt2simple-model-4614.index",
                           "index-only/aral-traffic-tf1.model.ckpt.index",
                           "onnx-regression/model.index"}) {
    const std::string file = base::ReadFile(*shared / "tf-checkpoint" / name);
    EXPECT_EQ(EncodeSortedTable(ReadSortedTable(file)), file) << name;
  }
}

}  // namespace
}  // namespace artspeak::exchange
