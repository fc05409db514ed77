// A reader of GGUF files for the tests of this room, written from the format's
// page and not from the writer. It trusts its input.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "base/file.h"

namespace artspeak::exchange {

inline float FloatFromHalf(uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int fraction = half & 1023;
  float value;
  if (exponent == 31) {
    value = fraction == 0 ? INFINITY : NAN;
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<float>(fraction), -24);
  } else {
    value = std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  }
  return (half & 0x8000) != 0 ? -value : value;
}

using GgufValue = std::variant<uint32_t, float, bool, std::string,
                               std::vector<std::string>, std::vector<int32_t>>;

struct GgufFile {
  struct Tensor {
    std::vector<uint64_t> dimensions;
    uint32_t type = 0;
    uint64_t offset = 0;  // from where the tensors begin
    uint64_t place = 0;   // from the beginning of the file
    std::string bytes;

    // As fp32, whatever the type.
    std::vector<float> Values() const {
      std::vector<float> values;
      const auto read = [&](size_t at, auto number) {
        std::memcpy(&number, bytes.data() + at, sizeof number);
        return number;
      };
      if (type == 0) {
        for (size_t i = 0; i < bytes.size(); i += 4) {
          values.push_back(read(i, float{}));
        }
      } else if (type == 1) {
        for (size_t i = 0; i < bytes.size(); i += 2) {
          values.push_back(FloatFromHalf(read(i, uint16_t{})));
        }
      } else if (type == 2) {
        for (size_t i = 0; i < bytes.size(); i += 18) {
          const float scale = FloatFromHalf(read(i, uint16_t{}));
          for (const int shift : {0, 4}) {
            for (size_t j = 2; j < 18; ++j) {
              const int bits = read(i + j, uint8_t{}) >> shift & 15;
              values.push_back(scale * static_cast<float>(bits - 8));
            }
          }
        }
      } else {
        for (size_t i = 0; i < bytes.size(); i += 34) {
          const float scale = FloatFromHalf(read(i, uint16_t{}));
          for (size_t j = 2; j < 34; ++j) {
            values.push_back(scale * read(i + j, int8_t{}));
          }
        }
      }
      return values;
    }
  };

  std::map<std::string, GgufValue> metadata;
  std::map<std::string, Tensor> tensors;
  std::vector<std::string> order;  // of the tensors
};

inline GgufFile ReadGguf(const std::filesystem::path& path) {
  const std::string file = base::ReadFile(path);
  size_t at = 0;
  const auto bytes = [&](uint64_t count) {
    if (count > file.size() - at) throw std::runtime_error("the file ends");
    at += count;
    return file.substr(at - count, count);
  };
  const auto number = [&](auto value) {
    std::memcpy(&value, bytes(sizeof value).data(), sizeof value);
    return value;
  };
  const auto u32 = [&] { return number(uint32_t{}); };
  const auto u64 = [&] { return number(uint64_t{}); };
  const auto text = [&] { return bytes(u64()); };
  const auto value = [&]() -> GgufValue {
    switch (const uint32_t type = u32()) {
      case 4:
        return u32();
      case 6:
        return number(float{});
      case 7:
        return number(uint8_t{}) != 0;
      case 8:
        return text();
      case 9: {
        const uint32_t item = u32();
        const uint64_t count = u64();
        if (item == 5) {
          std::vector<int32_t> numbers;
          while (numbers.size() < count) numbers.push_back(number(int32_t{}));
          return numbers;
        }
        if (item != 8) throw std::runtime_error("an array of another type");
        std::vector<std::string> texts;
        while (texts.size() < count) texts.push_back(text());
        return texts;
      }
      default:
        throw std::runtime_error("a value of type " + std::to_string(type));
    }
  };

  GgufFile gguf;
  if (bytes(4) != "GGUF" || u32() != 3) throw std::runtime_error("no GGUF 3");
  const uint64_t tensors = u64();
  const uint64_t keys = u64();
  while (gguf.metadata.size() < keys) {
    const std::string key = text();
    if (!gguf.metadata.emplace(key, value()).second) {
      throw std::runtime_error(key + " is there twice");
    }
  }
  while (gguf.tensors.size() < tensors) {
    gguf.order.push_back(text());
    GgufFile::Tensor tensor;
    const uint32_t dimensions = u32();
    for (uint32_t i = 0; i < dimensions; ++i) {
      tensor.dimensions.push_back(u64());
    }
    tensor.type = u32();
    tensor.offset = u64();
    gguf.tensors.emplace(gguf.order.back(), tensor);
  }
  const auto pad = [&] { bytes((32 - at % 32) % 32); };
  pad();
  const size_t begin = at;
  for (const std::string& name : gguf.order) {
    GgufFile::Tensor& tensor = gguf.tensors.at(name);
    uint64_t count = 1;
    for (const uint64_t dimension : tensor.dimensions) count *= dimension;
    tensor.place = begin + tensor.offset;
    at = tensor.place;
    tensor.bytes = bytes(tensor.type == 0   ? 4 * count
                         : tensor.type == 1 ? 2 * count
                         : tensor.type == 2 ? count / 32 * 18
                                            : count / 32 * 34);
    pad();
  }
  if (at != file.size()) throw std::runtime_error("bytes are left over");
  return gguf;
}

}  // namespace artspeak::exchange
