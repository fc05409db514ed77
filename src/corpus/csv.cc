#include "corpus/csv.h"

#include <algorithm>

#include "base/error.h"

namespace artspeak::corpus {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(const std::string& field) {
  return field.find_first_not_of(" \t\r\n") == field.npos;
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) place_ = kByteOrderMark.size();
}

std::optional<std::vector<std::string>> CsvReader::Next() {
  while (place_ < text_.size()) {
    record_line_ = line_;
    std::vector<std::string> record = ReadRecord();
    if (!std::all_of(record.begin(), record.end(), IsBlank)) return record;
  }
  return std::nullopt;
}

std::vector<std::string> CsvReader::ReadRecord() {
  std::vector<std::string> fields(1);
  bool field_starts = true;
  bool quoted = false;
  int quote_line = line_;
  while (place_ < text_.size()) {
    const char c = text_[place_++];
    const char next = place_ < text_.size() ? text_[place_] : '\0';
    const bool line_ends = c == '\n' || (c == '\r' && next != '\n');
    if (line_ends) ++line_;
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (next == '"') {
        fields.back() += '"';
        ++place_;
      } else {
        quoted = false;
      }
      continue;
    }
    if (c == '"' && field_starts) {
      quoted = true;
      quote_line = line_;
    } else if (c == ',') {
      fields.emplace_back();
      field_starts = true;
      continue;
    } else if (line_ends) {
      return fields;
    } else if (c != '\r' || next != '\n') {
      fields.back() += c;
    }
    field_starts = false;
  }
  if (quoted) {
    throw base::Error(
        "line {} opens a quote that is never closed: double the "
        "quotes inside a field",
        quote_line);
  }
  return fields;
}

}  // namespace artspeak::corpus
