// The tables, as numbered steps from an empty file to today's.
#pragma once

#include <span>

namespace artspeak::store {

// PRAGMA application_id of our files: "ArSp".
inline constexpr int kApplicationId = 0x41725370;

// Step i (from 0) leads from PRAGMA user_version i to i + 1. Steps that were
// published are never edited: add another.
std::span<const char* const> SqliteMigrations();

}  // namespace artspeak::store
