// B2SUMS in a model's folder: a BLAKE2b of each file beside it, so that what a
// disk lost or changed is seen. `b2sum --check B2SUMS` reads it too.
// docs/formats.md, "Checksums".
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace artspeak::train {

// Of the files in the folder as they are now; durable when it returns. Throws
// Error.
void WriteChecksums(const std::filesystem::path& directory);

bool HasChecksums(const std::filesystem::path& directory);

// The files in the folder that are gone, changed or cannot be read since their
// checksums were written, by name; B2SUMS itself where it makes no sense. None
// where there are no checksums, as in models from elsewhere. Reads every byte:
// about a second for each GB that is in memory.
std::vector<std::string> DamagedFiles(const std::filesystem::path& directory);

}  // namespace artspeak::train
