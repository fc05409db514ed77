// The compressed token files of gpt-2-simple's encode_dataset (.npz): a ZIP
// archive of NumPy arrays.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace artspeak::corpus {

// The arrays, in the order of the archive; each holds token ids, not negative.
// Which vocabulary they belong to the file does not say.
//
// Throws Error, naming the file, if it is damaged, holds anything but such
// arrays, or would unpack to far more than a data set does: to more than 100
// times the file and 64 MiB.
std::vector<std::vector<int32_t>> ReadTokenArrays(
    const std::filesystem::path& path);

}  // namespace artspeak::corpus
