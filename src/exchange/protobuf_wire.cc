#include "exchange/protobuf_wire.h"

#include <bit>
#include <cstring>

#include "base/error.h"

namespace artspeak::exchange {

using base::Error;

namespace {

static_assert(std::endian::native == std::endian::little,
              "the format stores numbers as this program reads them");

std::string_view Take(uint64_t count, std::string_view& bytes) {
  if (count > bytes.size()) throw Error("it ends within a field");
  const std::string_view taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

}  // namespace

uint64_t TakeVarint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) throw Error("it ends within a number");
    const uint64_t byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw Error("it holds a number beyond 64 bits");
}

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) {
    out += static_cast<char>(0x80 | (value & 0x7f));
  }
  out += static_cast<char>(value);
}

uint32_t TakeFixed32(std::string_view& bytes) {
  uint32_t value;
  std::memcpy(&value, Take(sizeof value, bytes).data(), sizeof value);
  return value;
}

void AppendFixed32(uint32_t value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

uint64_t WireField::AsVarint() const {
  if (type_ != Type::kVarint)
    throw Error("it has no number in a number's place");
  return value_;
}

uint32_t WireField::AsFixed32() const {
  if (type_ != Type::kFixed32) {
    throw Error("it has no four bytes where they belong");
  }
  return static_cast<uint32_t>(value_);
}

std::string_view WireField::AsBytes() const {
  if (type_ != Type::kBytes) throw Error("it has a number where none belongs");
  return bytes_;
}

std::optional<WireField> WireReader::Next() {
  if (rest_.empty()) return std::nullopt;
  const uint64_t tag = TakeVarint(rest_);
  WireField field;
  field.number_ = tag >> 3;
  field.type_ = static_cast<WireField::Type>(tag & 7);
  switch (field.type_) {
    case WireField::Type::kVarint:
      field.value_ = TakeVarint(rest_);
      return field;
    case WireField::Type::kFixed64:
      field.bytes_ = Take(8, rest_);
      return field;
    case WireField::Type::kBytes:
      field.bytes_ = Take(TakeVarint(rest_), rest_);
      return field;
    case WireField::Type::kFixed32:
      field.value_ = TakeFixed32(rest_);
      return field;
  }
  throw Error("it holds a field of an unknown kind");
}

void AppendVarintField(uint64_t number, uint64_t value, std::string& out) {
  if (value == 0) return;
  AppendVarint(number << 3 | 0, out);
  AppendVarint(value, out);
}

void AppendFixed32Field(uint64_t number, uint32_t value, std::string& out) {
  if (value == 0) return;
  AppendVarint(number << 3 | 5, out);
  AppendFixed32(value, out);
}

void AppendBytesField(uint64_t number, std::string_view bytes,
                      std::string& out) {
  AppendVarint(number << 3 | 2, out);
  AppendVarint(bytes.size(), out);
  out += bytes;
}

}  // namespace artspeak::exchange
