// The programs that run beside us, where they are installed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/contender.h"

namespace artspeak::bench {

// bench/run installs those that npm brings; PyTorch is Debian's python3-torch.
// What a peer runs is a script of bench/peers/.
class Peers {
 public:
  // wanted: false finds none.
  explicit Peers(bool wanted);

  // Each gives no contender when it is not installed, and notes that.
  std::vector<Contender> Llama(const std::string& weights);  // llama.mjs
  std::vector<Contender> Torch(const std::string& script,
                               const std::string& precision);
  std::vector<Contender> Tiktoken();  // tiktoken.mjs

  // Writes GPT-2's vocabulary into `directory`. False without tiktoken, whose
  // data it is.
  bool WriteGpt2Vocabulary(const std::filesystem::path& directory);

  // "PyTorch is not installed (apt-get install python3-torch)", one a line.
  std::string Missing() const;

 private:
  struct Package {
    std::string version;  // empty: not installed
    std::string missing;
  };
  static Package NodePackage(const std::string& folder,
                             const std::string& name);
  std::vector<Contender> ContenderOf(const Package& package,
                                     const std::string& name,
                                     std::vector<std::string> command);

  bool wanted_;
  std::string node_;
  Package llama_, tiktoken_, torch_;
  std::vector<std::string> missing_;
};

}  // namespace artspeak::bench
