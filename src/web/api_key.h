// The keys of programs.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::web {

// "sk-" and 32 letters and digits from the system's secure source.
std::string NewApiKey();

// 64 hexadecimal digits: what is kept of a key. Keys are random and long, so a
// fast hash without salt is enough.
std::string HashApiKey(std::string_view key);
bool IsApiKeyHash(std::string_view text);

}  // namespace artspeak::web
