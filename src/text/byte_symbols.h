// GPT-2's printable names of the 256 bytes: its files write every byte as one
// visible character, so that tokens need no escapes (openai/gpt-2 encoder.py,
// bytes_to_unicode).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace artspeak::text {

// The byte that token `id` (0 to 255) of GPT-2 stands for: first the bytes that
// are printable in Latin-1, then the others, each in rising order.
uint8_t ByteOfToken(int id);

// "\n the" -> "ĊĠthe".
std::string BytesToSymbols(std::string_view bytes);

// The way back; nothing if `symbols` holds a character that names no byte.
std::optional<std::string> SymbolsToBytes(std::string_view symbols);

// A token's symbols as a message may show them: the beginning, on one line.
std::string ShownToken(std::string_view symbols);

}  // namespace artspeak::text
