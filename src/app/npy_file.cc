#include "app/npy_file.h"

#include <fmt/format.h>

#include <cassert>
#include <string>

#include "base/file.h"

namespace artspeak::app {

void WriteNpy(const std::filesystem::path& path, std::span<const float> values,
              int64_t rows, int64_t columns) {
  assert(static_cast<int64_t>(values.size()) == rows * columns);
  std::string header = fmt::format(
      "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows,
      columns);
  // Magic, version and length take ten bytes; the numbers begin at a multiple
  // of 64, after a line's end.
  constexpr size_t kBefore = 10, kAlignment = 64;
  header.append((2 * kAlignment - 1 - (kBefore + header.size()) % kAlignment) %
                    kAlignment,
                ' ');
  header += '\n';
  base::AtomicFile file(path);
  file.Write(std::string_view("\x93NUMPY\x01\x00", 8));
  file.Write(std::string{static_cast<char>(header.size() & 0xff),
                         static_cast<char>(header.size() >> 8)});
  file.Write(header);
  file.Write(values.data(), values.size_bytes());
  file.Commit();
}

}  // namespace artspeak::app
