// Writes a sorted table (see sorted_table.h for the format).
#pragma once

#include <span>
#include <string>

#include "exchange/sorted_table.h"

namespace artspeak::exchange {

// The bytes of a table's file, as TensorFlow would write them: uncompressed,
// blocks of 256 KiB. The keys must rise strictly.
std::string EncodeSortedTable(std::span<const TableEntry> entries);

}  // namespace artspeak::exchange
