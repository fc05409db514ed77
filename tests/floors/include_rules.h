// The floors of the house, as a check on the source text: which room may
// include which, and which library's headers each room may open.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace artspeak::floors {

// Reads every .h and .cc file under `source` (a folder of rooms, such as src/)
// and returns one sentence for each include that breaks a rule, with its file
// and line; sorted by file.
//   - A room includes only the rooms named for it in include_rules.cc.
//   - Our headers are included by their path from `source`: "room/file.h".
//   - An outside library's header stands only in the rooms named for it, and of
//     these libraries only fmt and SQLiteCpp in a header of ours.
//   - Tests (x_test.cc, and what they share: test_x.h) may also include
//     GoogleTest and tests/support.
std::vector<std::string> IncludeFaults(const std::filesystem::path& source);

}  // namespace artspeak::floors
