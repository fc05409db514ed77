// Pulls a GPT-2 from the hub into the cache: what it takes, then the taking.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "exchange/hub_cache.h"
#include "exchange/hub_client.h"

namespace artspeak::exchange {

// What the name means on the hub now.
struct HubModel {
  HubName name;
  std::string commit;
  // config.json first, the tokenizer (vocab.json and merges.txt, else
  // tokenizer.json), the weights (safetensors, in one file or several).
  std::vector<HubFile> files;

  int64_t bytes() const;  // of all files
};

// Nothing is stored yet. Throws Error when the hub does not answer, or the
// model lacks a file that is needed: weights for PyTorch alone are no weights
// here.
HubModel FindOnHub(HubClient& hub, const HubName& name);

// Whether all of it is in the cache, each file of its size, and can be found
// there by its name.
bool IsPulled(const HubCache& cache, const HubModel& model);

// Pulls what is missing, each file checked against its hash; returns the
// snapshot's folder. progress: bytes of all files. config.json comes first and
// is linked last: another kind of model is refused before its weights come, and
// a snapshot that is not whole is none. Whatever ends this (an Error, a stop,
// the power), the next call goes on; two processes at one model exclude each
// other.
std::filesystem::path Pull(HubClient& hub, const HubCache& cache,
                           const HubModel& model,
                           const base::ProgressCallback& progress);

}  // namespace artspeak::exchange
