#include "corpus/npy_header.h"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"

namespace artspeak::corpus {

using base::Error;

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kLongestShown = 40;  // characters of a type in a message

// Reads the Python literals that a header is made of, from left to right. Every
// function takes what it is named after, or takes nothing and says so.
class PythonReader {
 public:
  explicit PythonReader(std::string_view text) : rest_(text) {}

  bool TakeMark(char mark) {
    SkipSpace();
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool TakeWord(std::string_view word) {
    SkipSpace();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // In single or double quotes, without escapes: NumPy writes none.
  std::optional<std::string_view> TakeString() {
    SkipSpace();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return {};
    const size_t end = rest_.find(rest_[0], 1);
    if (end == rest_.npos) return {};
    const std::string_view content = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return content;
  }

  std::optional<uint64_t> TakeNumber() {
    SkipSpace();
    uint64_t number = 0;
    const char* end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, number);
    if (error != std::errc()) return {};
    rest_.remove_prefix(static_cast<size_t>(stop - rest_.data()));
    return number;
  }

  std::optional<std::vector<uint64_t>> TakeTuple() {
    if (!TakeMark('(')) return {};
    std::vector<uint64_t> numbers;
    while (!TakeMark(')')) {
      const auto number = TakeNumber();
      if (!number) return {};
      numbers.push_back(*number);
      if (TakeMark(',')) continue;
      if (!TakeMark(')')) return {};
      break;
    }
    return numbers;
  }

  bool at_end() {
    SkipSpace();
    return rest_.empty();
  }

 private:
  void SkipSpace() {
    const size_t first = rest_.find_first_not_of(" \n");
    rest_.remove_prefix(first == rest_.npos ? rest_.size() : first);
  }

  std::string_view rest_;
};

// type: NumPy's name, as "<i8": byte order, kind, bytes.
void ReadType(std::string_view type, NpyHeader& header) {
  if (type.find('O') != type.npos) {
    throw Error("it holds Python objects, and those are not read");
  }
  const bool known =
      type.size() == 3 &&
      std::string_view("<>|=").find(type[0]) != std::string_view::npos &&
      (type[1] == 'i' || type[1] == 'u') &&
      (type[2] == '1' || type[2] == '2' || type[2] == '4' || type[2] == '8');
  if (!known) {
    throw Error("its type {} is not one of whole numbers",
                base::OneLine(base::Utf8Prefix(type, kLongestShown)));
  }
  header.is_big_endian = type[0] == '>';
  header.is_signed = type[1] == 'i';
  header.number_bytes = static_cast<size_t>(type[2] - '0');
}

// The bytes of the dictionary that follows the preamble, and its place.
std::string_view FindDictionary(std::string_view start, size_t& header_bytes) {
  const auto byte = [&](size_t i) {
    return size_t{static_cast<unsigned char>(start[i])};
  };
  if (!start.starts_with(kMagic) || start.size() < 12) {
    throw Error("it is not a .npy array");
  }
  const size_t version = byte(6);
  if (version < 1 || version > 3) {
    throw Error("it is of version {} of the .npy format", version);
  }
  const size_t begin = version == 1 ? 10 : 12;
  size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > kLongestNpyHeader - begin || start.size() - begin < length) {
    throw Error("its header is cut off or too long");
  }
  header_bytes = begin + length;
  return start.substr(begin, length);
}

}  // namespace

NpyHeader ParseNpyHeader(std::string_view start) {
  NpyHeader header;
  PythonReader reader(FindDictionary(start, header.header_bytes));
  const Error damaged("its header is damaged");
  std::optional<std::vector<uint64_t>> shape;
  if (!reader.TakeMark('{')) throw damaged;
  while (!reader.TakeMark('}')) {
    const auto key = reader.TakeString();
    if (!key || !reader.TakeMark(':')) throw damaged;
    if (*key == "descr") {
      const auto type = reader.TakeString();
      if (!type) throw Error("it is a table, not an array of numbers");
      ReadType(*type, header);
    } else if (*key == "fortran_order") {
      // Of one dimension both orders are the same.
      if (!reader.TakeWord("False") && !reader.TakeWord("True")) throw damaged;
    } else if (*key == "shape") {
      shape = reader.TakeTuple();
      if (!shape) throw damaged;
    } else {
      throw damaged;
    }
    if (reader.TakeMark(',')) continue;
    if (!reader.TakeMark('}')) throw damaged;
    break;
  }
  if (!reader.at_end() || !shape || header.number_bytes == 0) throw damaged;
  if (shape->size() != 1) {
    throw Error("it has {} dimensions, tokens have one", shape->size());
  }
  header.count = shape->front();
  return header;
}

}  // namespace artspeak::corpus
