// Reads a sorted table (see sorted_table.h for the format).
#pragma once

#include <string_view>
#include <vector>

#include "exchange/sorted_table.h"

namespace artspeak::exchange {

// All entries of a table, given as the bytes of its file, in rising order of
// their keys. Checks every checksum. Takes memory for at most 16 MiB of keys
// and values. Throws Error with a clause alone ("it is truncated"): who knows
// the file says which.
std::vector<TableEntry> ReadSortedTable(std::string_view file);

}  // namespace artspeak::exchange
