#include "base/csv_record.h"

namespace artspeak::base {

std::string CsvRecord(const std::vector<std::string>& fields) {
  std::string record;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) record += ',';
    const std::string& field = fields[i];
    const bool edge_space =
        !field.empty() && (field.front() == ' ' || field.back() == ' ');
    if (!edge_space && field.find_first_of(",\"\r\n") == field.npos) {
      record += field;
      continue;
    }
    record += '"';
    for (const char c : field) {
      if (c == '"') record += '"';
      record += c;
    }
    record += '"';
  }
  return record + "\r\n";
}

}  // namespace artspeak::base
