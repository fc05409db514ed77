#include "app/machine.h"

#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::app {

namespace {

// The value of the first line "key : value".
std::string_view ValueOf(std::string_view cpuinfo, std::string_view key) {
  while (!cpuinfo.empty()) {
    const std::string_view line = cpuinfo.substr(0, cpuinfo.find('\n'));
    cpuinfo.remove_prefix(std::min(line.size() + 1, cpuinfo.size()));
    const size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string_view::npos) continue;
    const size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string_view::npos ? "" : line.substr(begin);
  }
  return "";
}

}  // namespace

Machine ParseMachine(std::string_view cpuinfo) {
  Machine machine;
  machine.processor = ValueOf(cpuinfo, "model name");
  const std::string flags = fmt::format(" {} ", ValueOf(cpuinfo, "flags"));
  for (const auto& [flag, name] :
       {std::pair("avx2", "AVX2"), std::pair("avx512f", "AVX-512"),
        std::pair("avx512_vnni", "VNNI"), std::pair("avx512_bf16", "BF16"),
        std::pair("amx_bf16", "AMX")}) {
    if (flags.find(fmt::format(" {} ", flag)) == std::string::npos) continue;
    if (!machine.instructions.empty()) machine.instructions += ", ";
    machine.instructions += name;
  }
  return machine;
}

Machine ThisMachine() {
  try {
    return ParseMachine(base::ReadFile("/proc/cpuinfo"));
  } catch (const base::Error&) {
    return {};  // another system: a report can do without
  }
}

}  // namespace artspeak::app
