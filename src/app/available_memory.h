// How much memory this process may still take.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace artspeak::app {

// Bytes: the machine's that are free or can be freed (MemAvailable), or less
// where a control group, version 2 or 1, leaves less to this process. Nothing
// where the system does not say. root: where /proc and /sys are.
std::optional<int64_t> AvailableMemory(const std::filesystem::path& root = "/");

// Bytes of this process that are in memory now.
int64_t ResidentMemory();

}  // namespace artspeak::app
