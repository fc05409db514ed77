// Comma-separated values (RFC 4180), written.
#pragma once

#include <string>
#include <vector>

namespace artspeak::base {

// One record with its line end (CRLF, as the RFC has it); fields are quoted
// where they must be.
std::string CsvRecord(const std::vector<std::string>& fields);

}  // namespace artspeak::base
