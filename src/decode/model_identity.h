// What decides, beside the request and its random numbers, which text comes
// out: kept with a text, so that it can be written again.
#pragma once

#include <optional>
#include <string>

#include "base/thread_pool.h"
#include "decode/loaded_model.h"

namespace artspeak::decode {

struct ModelIdentity {
  // Of the weights as they are stored, the dimensions and the vocabulary:
  // BLAKE2b, 32 hexadecimal digits. A model has the same in one file or in
  // shards.
  std::string model_hash;
  std::string kv;  // how keys and values are kept: gpt2::NameOf(KvFormat)
  // That this processor computes with: others round otherwise, so a text may
  // differ ("plain", "avx2", "avx512";
  // with bf16 weights also "avx512_bf16").
  std::string instruction_set;
};

// kv: nothing for the model's default. Reads every weight: one to two seconds a
// gigabyte.
ModelIdentity IdentityOf(const LoadedModel& model, std::optional<KvFormat> kv,
                         base::ThreadPool& pool);

}  // namespace artspeak::decode
