#include "corpus/csv.h"

#include <gtest/gtest.h>

#include "base/csv_record.h"
#include "base/error.h"
#include "base/random.h"

namespace artspeak::corpus {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records ReadAll(std::string_view text) {
  CsvReader reader(text);
  Records records;
  while (auto record = reader.Next()) records.push_back(*record);
  return records;
}

TEST(Csv, FieldsAreCutAtCommasAndRecordsAtAnyLineEnd) {
  EXPECT_EQ(ReadAll("a,b\nc,d\r\ne,\rf"),
            (Records{{"a", "b"}, {"c", "d"}, {"e", ""}, {"f"}}));
}

TEST(Csv, QuotesHoldCommasLineBreaksAndQuotes) {
  EXPECT_EQ(ReadAll("\"a, \"\"b\"\"\r\nc\",d\n\"\",x\n"),
            (Records{{"a, \"b\"\r\nc", "d"}, {"", "x"}}));
}

TEST(Csv, BlankLinesAndBlankRecordsAreSkipped) {
  EXPECT_EQ(ReadAll("\n\na\n\r\n , \n\"\"\nb\n\n"), (Records{{"a"}, {"b"}}));
  EXPECT_EQ(ReadAll(""), Records{});
}

TEST(Csv, AByteOrderMarkIsNoText) {
  EXPECT_EQ(ReadAll("\xEF\xBB\xBF\"a\",b"), (Records{{"a", "b"}}));
}

TEST(Csv, StrayQuotesAreTakenAsTheyStand) {
  EXPECT_EQ(ReadAll("5\" nail,\"a\"b\n"), (Records{{"5\" nail", "ab"}}));
}

TEST(Csv, AQuoteThatIsNeverClosedIsNamedByItsLine) {
  try {
    ReadAll("a\nb,\"c\nd\ne\n");
    FAIL() << "no error";
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 2 "), std::string::npos);
  }
}

TEST(Csv, KnowsTheLineOfTheLastRecord) {
  CsvReader reader("h\r\n\"a\nb\"\n\nc");
  reader.Next();
  reader.Next();
  EXPECT_EQ(reader.line(), 2);
  reader.Next();
  EXPECT_EQ(reader.line(), 5);
}

TEST(Csv, WhatIsWrittenIsReadBack) {
  base::RandomStream random(5);
  for (int i = 0; i < 500; ++i) {
    Records records(1 + random.Below(4));
    std::string text;
    for (auto& record : records) {
      record.push_back("x");  // a wholly blank record would be skipped
      for (uint64_t k = random.Below(4); k > 0; --k) {
        std::string& field = record.emplace_back();
        while (random.Below(6) > 0) field += "a ,\"\r\n"[random.Below(6)];
      }
      text += base::CsvRecord(record);
    }
    ASSERT_EQ(ReadAll(text), records) << text;
  }
}

}  // namespace
}  // namespace artspeak::corpus
