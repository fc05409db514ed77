// Token files as gpt-2-simple keeps them, made by hand: NumPy arrays in a ZIP
// archive, not compressed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace artspeak::testing {

// The lowest bytes of a number, little-endian.
inline std::string LittleEndian(uint64_t number, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(number >> (8 * i) & 0xFF);
  }
  return out;
}

// A .npy file of version 1 with this dictionary in its header.
inline std::string Npy(const std::string& dictionary,
                       const std::string& content) {
  std::string header = dictionary;
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  return "\x93NUMPY" + std::string("\1\0", 2) + LittleEndian(header.size(), 2) +
         header + content;
}

// One array of tokens, as NumPy writes them on Linux.
inline std::string TokensAsNpy(const std::vector<int32_t>& tokens) {
  std::string content;
  for (const int32_t token : tokens) {
    content += LittleEndian(static_cast<uint64_t>(int64_t{token}), 8);
  }
  return Npy("{'descr': '<i8', 'fortran_order': False, 'shape': (" +
                 std::to_string(tokens.size()) + ",), }",
             content);
}

// CRC-32 as ZIP has it (ISO 3309), a bit at a time.
inline uint32_t Crc32(std::string_view bytes) {
  uint32_t crc = ~0u;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1));
  }
  return ~crc;
}

// A ZIP archive (PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16)
// of these names and contents.
inline std::string Zip(
    const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string archive, directory;
  for (const auto& [name, content] : entries) {
    // Version, flags, method, time and date; sizes; lengths of name and extra.
    const std::string common = LittleEndian(20, 2) + std::string(8, '\0') +
                               LittleEndian(Crc32(content), 4) +
                               LittleEndian(content.size(), 4) +
                               LittleEndian(content.size(), 4) +
                               LittleEndian(name.size(), 2) + std::string(2, 0);
    directory += "PK\1\2" + LittleEndian(20, 2) + common + std::string(10, 0) +
                 LittleEndian(archive.size(), 4) + name;
    archive += "PK\3\4" + common + name + content;
  }
  const std::string count = LittleEndian(entries.size(), 2);
  const std::string end = "PK\5\6" + std::string(4, '\0') + count + count +
                          LittleEndian(directory.size(), 4) +
                          LittleEndian(archive.size(), 4) + std::string(2, 0);
  return archive + directory + end;
}

// A token file of these arrays.
inline std::string Npz(const std::vector<std::vector<int32_t>>& arrays) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& tokens : arrays) {
    entries.emplace_back("arr_" + std::to_string(entries.size()) + ".npy",
                         TokensAsNpy(tokens));
  }
  return Zip(entries);
}

}  // namespace artspeak::testing
