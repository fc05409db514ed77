#include "exchange/protobuf_wire.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"

namespace artspeak::exchange {
namespace {

using base::Error;
using std::string_view_literals::operator""sv;

TEST(ProtobufWire, NumbersComeBackAsWritten) {
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{1}, uint64_t{127}, uint64_t{128}, uint64_t{300},
        uint64_t{1} << 35, uint64_t{1} << 63, ~uint64_t{0}}) {
    std::string bytes;
    AppendVarint(value, bytes);
    bytes += "rest";
    std::string_view view = bytes;
    EXPECT_EQ(TakeVarint(view), value);
    EXPECT_EQ(view, "rest");
  }
  std::string bytes;
  AppendVarint(300, bytes);
  EXPECT_EQ(bytes, "\xac\x02");  // the documentation's example
}

TEST(ProtobufWire, NumbersThatDoNotEndAreRefused) {
  for (std::string_view bytes :
       {""sv, "\x80"sv, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv,
        "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"sv}) {
    EXPECT_THROW(TakeVarint(bytes), Error);
  }
  std::string_view three = "abc";
  EXPECT_THROW(TakeFixed32(three), Error);
}

TEST(ProtobufWire, FieldsComeBackAsWritten) {
  std::string message;
  AppendVarintField(1, 150, message);
  AppendVarintField(2, 0, message);  // left out
  AppendBytesField(3, "", message);
  AppendFixed32Field(600, 0xdeadbeef, message);
  WireReader reader(message);
  auto field = reader.Next();
  ASSERT_TRUE(field);
  EXPECT_EQ(field->number(), 1u);
  EXPECT_EQ(field->AsVarint(), 150u);
  EXPECT_THROW(field->AsBytes(), Error);
  field = reader.Next();
  ASSERT_TRUE(field);
  EXPECT_EQ(field->number(), 3u);
  EXPECT_EQ(field->AsBytes(), "");
  EXPECT_THROW(field->AsFixed32(), Error);
  field = reader.Next();
  ASSERT_TRUE(field);
  EXPECT_EQ(field->number(), 600u);
  EXPECT_EQ(field->AsFixed32(), 0xdeadbeef);
  EXPECT_THROW(field->AsVarint(), Error);
  EXPECT_FALSE(reader.Next());
}

TEST(ProtobufWire, FieldsOfEightBytesArePassedOver) {
  WireReader reader("\x09xxxxxxxx\x10\x05"sv);
  EXPECT_EQ(reader.Next()->number(), 1u);
  EXPECT_EQ(reader.Next()->AsVarint(), 5u);
}

TEST(ProtobufWire, CutAndUnknownFieldsAreRefused) {
  for (const std::string_view message :
       {"\x08"sv, "\x09xxxxxxx"sv, "\x0a\x03xx"sv, "\x0d\x01\x02\x03"sv,
        "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv, "\x0b"sv, "\x0c"sv,
        "\x0e"sv, "\x0f"sv}) {
    WireReader reader(message);
    EXPECT_THROW(reader.Next(), Error);
  }
}

}  // namespace
}  // namespace artspeak::exchange
