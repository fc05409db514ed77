#include "text/byte_symbols.h"

#include <array>

#include "base/utf8.h"

namespace artspeak::text {

namespace {

constexpr bool IsPrintable(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) ||
         byte >= 0xAE;
}

struct Alphabet {
  std::array<uint8_t, 256> byte_of_token{};
  std::array<char16_t, 256> symbol_of_byte{};
  // Printable bytes name themselves, the other 68 take U+0100 and up.
  std::array<int16_t, 0x100 + 68> byte_of_symbol{};
};

constexpr Alphabet MakeAlphabet() {
  Alphabet alphabet;
  for (int16_t& byte : alphabet.byte_of_symbol) byte = -1;
  int token = 0;
  char16_t next_symbol = 0x100;
  for (const bool printable : {true, false}) {
    for (int byte = 0; byte < 256; ++byte) {
      if (IsPrintable(byte) != printable) continue;
      const char16_t symbol =
          printable ? static_cast<char16_t>(byte) : next_symbol++;
      alphabet.byte_of_token[token++] = static_cast<uint8_t>(byte);
      alphabet.symbol_of_byte[byte] = symbol;
      alphabet.byte_of_symbol[symbol] = static_cast<int16_t>(byte);
    }
  }
  return alphabet;
}

constexpr Alphabet kAlphabet = MakeAlphabet();
constexpr size_t kShownBytes = 60;

}  // namespace

uint8_t ByteOfToken(int id) { return kAlphabet.byte_of_token[id]; }

std::string BytesToSymbols(std::string_view bytes) {
  std::string symbols;
  for (const char byte : bytes) {
    base::AppendUtf8(kAlphabet.symbol_of_byte[static_cast<uint8_t>(byte)],
                     symbols);
  }
  return symbols;
}

std::optional<std::string> SymbolsToBytes(std::string_view symbols) {
  std::string bytes;
  while (!symbols.empty()) {
    const base::Utf8Character symbol = base::DecodeUtf8(symbols);
    if (symbol.code_point >= kAlphabet.byte_of_symbol.size()) return {};
    const int byte = kAlphabet.byte_of_symbol[symbol.code_point];
    if (byte < 0) return {};
    bytes.push_back(static_cast<char>(byte));
    symbols.remove_prefix(symbol.bytes);
  }
  return bytes;
}

std::string ShownToken(std::string_view symbols) {
  const std::string_view beginning = base::Utf8Prefix(symbols, kShownBytes);
  return base::OneLine(beginning) +
         (beginning.size() < symbols.size() ? "…" : "");
}

}  // namespace artspeak::text
