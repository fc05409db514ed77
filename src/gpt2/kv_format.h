// How attention's keys and values are kept.
#pragma once

#include <cstdint>
#include <string_view>

namespace artspeak::gpt2 {

// kInt8: every head's key and value of every token is rounded to bytes, with a
// scale of its own.
enum class KvFormat : uint8_t { kFp32, kBf16, kInt8 };

// "fp32", "bf16" or "int8".
std::string_view NameOf(KvFormat format);

// The format of that name. Throws Error when there is none.
KvFormat ParseKvFormat(std::string_view name);

}  // namespace artspeak::gpt2
