// Comma-separated values (RFC 4180), read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace artspeak::corpus {

// Reads records one by one. Fields in quotes may hold commas, line breaks and
// doubled quotes; lines end in LF, CRLF or CR; a byte-order mark is skipped.
// Lenient where programs differ: a quote inside an unquoted field, or text
// after a closing quote, is taken as it stands. The text must outlive it.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  // The next record with any content, or nothing at the end; blank lines are
  // skipped. Throws Error with the line if a quote is never closed.
  std::optional<std::vector<std::string>> Next();

  // The line, from 1, where the last record started.
  int line() const { return record_line_; }

 private:
  std::vector<std::string> ReadRecord();

  std::string_view text_;
  size_t place_ = 0;
  int line_ = 1;
  int record_line_ = 1;
};

}  // namespace artspeak::corpus
