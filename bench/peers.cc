#include "bench/peers.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace artspeak::bench {

namespace fs = std::filesystem;

namespace {

const fs::path kSource = ARTSPEAK_SOURCE_DIR;
// Debian's, which has Debian's PyTorch, whatever else is on the path.
constexpr const char* kPython = "/usr/bin/python3";

std::string Script(const std::string& name) {
  return (kSource / "bench" / "peers" / name).string();
}

// The node that tests/node/run installs.
std::string FindNode() {
  std::error_code none;
  for (const auto& entry :
       fs::directory_iterator(kSource / "tests/node/node_modules", none)) {
    const fs::path node = entry.path() / "bin" / "node";
    if (entry.path().filename().string().starts_with("node-linux-") &&
        fs::exists(node, none)) {
      return node.string();
    }
  }
  return "";
}

std::string TorchVersion() {
  const std::string script =
      "try:\n import torch; print(torch.__version__)\n"
      "except ImportError: print()";
  try {
    std::string version = Output({kPython, "-c", script});
    while (version.ends_with('\n')) version.pop_back();
    return version;
  } catch (const base::Error&) {
    return "";  // no Python
  }
}

}  // namespace

Peers::Peers(bool wanted) : wanted_(wanted) {
  if (!wanted) return;
  node_ = FindNode();
  llama_ = NodePackage("tests/llama", "node-llama-cpp");
  tiktoken_ = NodePackage("tests/tokenizer", "tiktoken");
  torch_ = {TorchVersion(),
            "PyTorch is not installed (apt-get install python3-torch)"};
}

Peers::Package Peers::NodePackage(const std::string& folder,
                                  const std::string& name) {
  Package package{
      "", fmt::format("{} is not installed (bench/run fetches it)", name)};
  std::ifstream file(kSource / folder / "node_modules" / name / "package.json");
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (json.is_object()) package.version = json.value("version", "");
  return package;
}

std::vector<Contender> Peers::ContenderOf(const Package& package,
                                          const std::string& name,
                                          std::vector<std::string> command) {
  if (!wanted_) return {};
  if (package.version.empty() || command.front().empty()) {
    if (std::find(missing_.begin(), missing_.end(), package.missing) ==
        missing_.end()) {
      missing_.push_back(package.missing);
    }
    return {};
  }
  return {{name, package.version, std::move(command)}};
}

std::vector<Contender> Peers::Llama(const std::string& weights) {
  return ContenderOf(llama_, "llama.cpp " + weights,
                     {node_, Script("llama.mjs")});
}

std::vector<Contender> Peers::Torch(const std::string& script,
                                    const std::string& precision) {
  return ContenderOf(torch_, "PyTorch " + precision, {kPython, Script(script)});
}

std::vector<Contender> Peers::Tiktoken() {
  return ContenderOf(tiktoken_, "tiktoken", {node_, Script("tiktoken.mjs")});
}

bool Peers::WriteGpt2Vocabulary(const fs::path& directory) {
  if (Tiktoken().empty()) return false;
  fs::create_directories(directory);
  Output({node_, Script("vocabulary.mjs"), directory.string()});
  return true;
}

std::string Peers::Missing() const {
  return missing_.empty() ? "" : fmt::format("{}\n", fmt::join(missing_, "\n"));
}

}  // namespace artspeak::bench
