// A JSON object of strings and numbers, as vocab.json and added_tokens.json
// are: {"!": 0, ...}.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace artspeak::text {

using TokenIds = std::vector<std::pair<std::string, uint64_t>>;

// In the file's order. Throws Error with the path, and with the string that
// has no whole number from 0.
TokenIds ReadTokenIds(const std::filesystem::path& path);

}  // namespace artspeak::text
