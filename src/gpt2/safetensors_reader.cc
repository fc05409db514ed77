#include "gpt2/safetensors_reader.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;

namespace {

static_assert(std::endian::native == std::endian::little,
              "the format stores numbers as this program reads them");

// The limit of Hugging Face's own reader.
constexpr uint64_t kLargestHeader = 100'000'000;

[[noreturn]] void Refuse(const fs::path& path, std::string_view reason) {
  throw Error(
      "{} is not a sound safetensors file: {}; download or copy it "
      "again",
      path.string(), reason);
}

std::optional<int64_t> DtypeBytes(std::string_view dtype) {
  static constexpr std::pair<std::string_view, int64_t> kDtypes[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
      {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
      {"U32", 4},  {"F32", 4}, {"F64", 8}, {"I64", 8},     {"U64", 8}};
  for (const auto& [name, bytes] : kDtypes) {
    if (name == dtype) return bytes;
  }
  return std::nullopt;
}

// Parses the header, refusing names that occur twice (a JSON library keeps
// one of them in silence).
json ParseHeader(std::string_view text, const fs::path& path) {
  std::set<std::string> names;
  std::optional<std::string> twice;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::key && depth == 1 &&
        !names.insert(value.get<std::string>()).second) {
      twice = value.get<std::string>();
    }
    return true;
  };
  json header = json::parse(text, watch, false);
  if (twice) Refuse(path, "it names the tensor \"" + *twice + "\" twice");
  if (!header.is_object()) Refuse(path, "its header is not a JSON object");
  return header;
}

// A count or an offset; nothing else may stand there.
int64_t ReadCount(const json& value, const fs::path& path,
                  const std::string& name) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() > uint64_t{1}
                                                                 << 62) {
    Refuse(path, "tensor \"" + name + "\" has a size that is no size");
  }
  return static_cast<int64_t>(value.get<uint64_t>());
}

// The bounds [begin, end) of one tensor's bytes, and the rest of its entry.
struct Entry {
  std::string name;
  StoredTensor tensor;
  int64_t begin = 0, end = 0;
};

Entry ReadEntry(const std::string& name, const json& value,
                const fs::path& path) {
  const auto field = [&](const char* key,
                         bool (json::*is)() const noexcept) -> const json& {
    const auto found = value.is_object() ? value.find(key) : value.end();
    if (!value.is_object() || found == value.end() || !((*found).*is)()) {
      Refuse(path, "tensor \"" + name + "\" has no proper \"" + key + "\"");
    }
    return *found;
  };
  Entry entry{.name = name, .tensor = {}};
  entry.tensor.dtype = field("dtype", &json::is_string).get<std::string>();
  const std::optional<int64_t> bytes = DtypeBytes(entry.tensor.dtype);
  if (!bytes) Refuse(path, "tensor \"" + name + "\" is of an unknown dtype");

  entry.tensor.size = 1;
  int64_t total = *bytes;
  for (const json& dimension : field("shape", &json::is_array)) {
    const int64_t count = ReadCount(dimension, path, name);
    if (__builtin_mul_overflow(entry.tensor.size, count, &entry.tensor.size) ||
        __builtin_mul_overflow(total, count, &total)) {
      Refuse(path, "tensor \"" + name + "\" is larger than any file");
    }
    entry.tensor.shape.push_back(count);
  }
  const json& offsets = field("data_offsets", &json::is_array);
  if (offsets.size() != 2) {
    Refuse(path, "tensor \"" + name + "\" has no proper \"data_offsets\"");
  }
  entry.begin = ReadCount(offsets[0], path, name);
  entry.end = ReadCount(offsets[1], path, name);
  if (entry.end < entry.begin || entry.end - entry.begin != total) {
    Refuse(path, "tensor \"" + name +
                     "\" has a place that does not fit its "
                     "shape");
  }
  return entry;
}

float HalfToFloat(uint16_t half) {
  const uint32_t sign = uint32_t{half & 0x8000u} << 16;
  const uint32_t exponent = (half >> 10) & 0x1f;
  const uint32_t fraction = half & 0x3ff;
  if (exponent == 0x1f) {
    return std::bit_cast<float>(sign | 0x7f800000 | fraction << 13);
  }
  if (exponent == 0) {  // zero or subnormal: fraction × 2^-24, exact in fp32
    const float value = static_cast<float>(fraction) * 0x1.0p-24f;
    return sign ? -value : value;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

}  // namespace

SafetensorsReader::SafetensorsReader(const fs::path& path)
    : path_(path), file_(path) {
  const std::span<const std::byte> bytes = file_.bytes();
  uint64_t header_bytes = 0;
  if (bytes.size() < sizeof header_bytes) {
    Refuse(path, "it is too short to have a header");
  }
  std::memcpy(&header_bytes, bytes.data(), sizeof header_bytes);
  if (header_bytes > kLargestHeader) Refuse(path, "its header is too large");
  if (header_bytes > bytes.size() - sizeof header_bytes) {
    Refuse(path, "it ends within its header");
  }
  const std::span<const std::byte> data =
      bytes.subspan(sizeof header_bytes + header_bytes);
  const json header = ParseHeader(
      {reinterpret_cast<const char*>(bytes.data()) + sizeof header_bytes,
       static_cast<size_t>(header_bytes)},
      path);

  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      if (!value.is_object()) Refuse(path, "its metadata is not a table");
      for (const auto& [key, text] : value.items()) {
        if (!text.is_string()) Refuse(path, "its metadata is not all text");
      }
      continue;
    }
    entries.push_back(ReadEntry(name, value, path));
  }
  // The bytes must be covered once, without a gap.
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::pair(entry.begin, entry.end);
  });
  int64_t covered = 0;
  for (Entry& entry : entries) {
    if (entry.begin != covered) {
      Refuse(path, "tensor \"" + entry.name +
                       "\" does not follow the one "
                       "before it");
    }
    if (entry.end > static_cast<int64_t>(data.size())) {
      Refuse(path,
             "it is truncated: it ends within tensor \"" + entry.name + "\"");
    }
    entry.tensor.bytes =
        data.subspan(static_cast<size_t>(entry.begin),
                     static_cast<size_t>(entry.end - entry.begin));
    covered = entry.end;
    tensors_.emplace(std::move(entry.name), std::move(entry.tensor));
  }
  if (covered != static_cast<int64_t>(data.size())) {
    Refuse(path, "it goes on after its last tensor");
  }
}

bool IsFloatDtype(const std::string& dtype) {
  return dtype == "F32" || dtype == "F16" || dtype == "BF16";
}

void CopyAsFloats(const StoredTensor& tensor, std::span<float> out) {
  assert(static_cast<int64_t>(out.size()) == tensor.size);
  const std::byte* from = tensor.bytes.data();
  if (tensor.dtype == "F32") {
    if (!out.empty()) std::memcpy(out.data(), from, out.size_bytes());
    return;
  }
  assert(IsFloatDtype(tensor.dtype));
  const bool brain = tensor.dtype == "BF16";
  for (size_t i = 0; i < out.size(); ++i) {
    uint16_t bits;
    std::memcpy(&bits, from + 2 * i, sizeof bits);
    out[i] =
        brain ? std::bit_cast<float>(uint32_t{bits} << 16) : HalfToFloat(bits);
  }
}

}  // namespace artspeak::gpt2
