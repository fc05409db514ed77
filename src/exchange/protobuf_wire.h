// Protocol buffers on the wire
// (https://protobuf.dev/programming-guides/encoding), as far as TensorFlow's
// checkpoints need them: no groups.
//
// What reads throws Error with a clause alone, such as "it ends within a
// number": who knows the file and the message says which.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace artspeak::exchange {

// A number of seven bits a byte, the lowest first. Take… cuts it off the front
// of `bytes`.
uint64_t TakeVarint(std::string_view& bytes);
void AppendVarint(uint64_t value, std::string& out);

// A number of four bytes, little-endian.
uint32_t TakeFixed32(std::string_view& bytes);
void AppendFixed32(uint32_t value, std::string& out);

// One field of a message. What it holds depends on its type alone; asking for
// another throws.
class WireField {
 public:
  uint64_t number() const { return number_; }
  uint64_t AsVarint() const;
  uint32_t AsFixed32() const;
  std::string_view AsBytes() const;  // a text or a message within this one

 private:
  friend class WireReader;
  enum class Type { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  uint64_t number_ = 0;
  Type type_ = Type::kVarint;
  uint64_t value_ = 0;
  std::string_view bytes_;
};

// Walks over the fields of a message, which must outlive it.
class WireReader {
 public:
  explicit WireReader(std::string_view message) : rest_(message) {}
  std::optional<WireField> Next();  // nothing at the end

 private:
  std::string_view rest_;
};

// Append one field to a message. As the format has it for numbers that are not
// optional, a zero is left out.
void AppendVarintField(uint64_t number, uint64_t value, std::string& out);
void AppendFixed32Field(uint64_t number, uint32_t value, std::string& out);
// Written even when empty.
void AppendBytesField(uint64_t number, std::string_view bytes,
                      std::string& out);

}  // namespace artspeak::exchange
