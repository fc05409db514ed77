#include "gpt2/kv_format.h"

#include <initializer_list>

#include "base/error.h"
#include "base/utf8.h"

namespace artspeak::gpt2 {

std::string_view NameOf(KvFormat format) {
  switch (format) {
    case KvFormat::kFp32:
      return "fp32";
    case KvFormat::kBf16:
      return "bf16";
    case KvFormat::kInt8:
      return "int8";
  }
  return "";
}

KvFormat ParseKvFormat(std::string_view name) {
  for (const KvFormat format :
       {KvFormat::kFp32, KvFormat::kBf16, KvFormat::kInt8}) {
    if (name == NameOf(format)) return format;
  }
  throw base::Error(
      "\"{}\" is no format of keys and values: choose bf16, int8 or fp32",
      base::OneLine(name));
}

}  // namespace artspeak::gpt2
