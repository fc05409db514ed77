// The floors of the house, as a check on the source text: which room may
// include which, and which library's headers each room may open.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace artspeak::floors {

// Reads every .h and .cc file under `root` (a folder of rooms, such as src/)
// and returns one sentence for each include that breaks a rule, with its file
// and line; sorted by file.
//   - A room includes only the rooms named for it in include_rules.cc.
//   - Our headers are included by their path from `root`: "room/file.h"; app
//     may also include those of examples/.
//   - An outside library's header stands only in the rooms named for it. A
//     header of ours that opens one (fmt aside) is included only by .cc files
//     of its own room.
//   - Tests (x_test.cc, test_x.h) may also include GoogleTest and
//     tests/support, nothing else GoogleTest.
std::vector<std::string> IncludeFaults(const std::filesystem::path& root);

}  // namespace artspeak::floors
