// The header of a .npy file: one array as NumPy lays it on the disk (NumPy
// Enhancement Proposal 1 and the documentation of numpy.lib.format).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace artspeak::corpus {

// An array of one dimension and whole numbers, the only kind that holds tokens.
struct NpyHeader {
  bool is_signed = false;
  bool is_big_endian = false;
  size_t number_bytes = 0;  // 1, 2, 4 or 8
  uint64_t count = 0;       // numbers
  size_t header_bytes = 0;  // where the numbers begin in the file
};

// No header is longer; NumPy has the same limit.
inline constexpr size_t kLongestNpyHeader = 10'000;

// start: the file's first kLongestNpyHeader bytes, or all of it. Throws Error,
// what is wrong without the file's name, for anything but such an array: other
// types, Python objects, more dimensions.
NpyHeader ParseNpyHeader(std::string_view start);

}  // namespace artspeak::corpus
