#include "base/csv_record.h"

#include <gtest/gtest.h>

namespace artspeak::base {
namespace {

TEST(CsvRecord, QuotesWhatMustBe) {
  EXPECT_EQ(CsvRecord({"", "a b", "a,b", "\"", "x\ny", " edge"}),
            ",a b,\"a,b\",\"\"\"\",\"x\ny\",\" edge\"\r\n");
  EXPECT_EQ(CsvRecord({}), "\r\n");
}

}  // namespace
}  // namespace artspeak::base
