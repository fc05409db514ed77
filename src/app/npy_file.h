// Numbers as a file that numpy.load reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace artspeak::app {

// Writes a float32 matrix (rows, columns), row-major, atomically. Format: NPY
// 1.0 (numpy.org/doc/stable/reference/generated/numpy.lib.format.html). Throws
// Error when the file cannot be written.
void WriteNpy(const std::filesystem::path& path, std::span<const float> values,
              int64_t rows, int64_t columns);

}  // namespace artspeak::app
