// What decides, beside the request and its random numbers, which text comes
// out: kept with a text, so that it can be written again.
#pragma once

#include <string>

#include "base/thread_pool.h"
#include "decode/loaded_model.h"

namespace artspeak::decode {

struct ModelIdentity {
  // Of the weights as they are stored, the dimensions and the vocabulary:
  // BLAKE2b, 32 hexadecimal digits. A model has the same in one file or in
  // shards.
  std::string model_hash;
  std::string kv;  // how keys and values are kept: "fp32" or "bf16"
  // That this processor computes with: others round otherwise, so a text may
  // differ ("plain", "avx2", "avx512").
  std::string instruction_set;
};

// Reads every weight: one to two seconds a gigabyte.
ModelIdentity IdentityOf(const LoadedModel& model, base::ThreadPool& pool);

}  // namespace artspeak::decode
