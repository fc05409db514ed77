// Rows of a CSV file (RFC 4180).
#pragma once

#include <span>
#include <string>

namespace artspeak::app {

// One line with its end. A field is quoted where it must be.
std::string CsvRow(std::span<const std::string> fields);

}  // namespace artspeak::app
