#include "decode/model_identity.h"

#include "base/hash.h"
#include "gpt2/kv_cache.h"
#include "nn/kernels.h"

namespace artspeak::decode {

ModelIdentity IdentityOf(const LoadedModel& model, std::optional<KvFormat> kv,
                         base::ThreadPool& pool) {
  const KvFormat format =
      kv.value_or(gpt2::DefaultKvFormat(model.model->config()));
  return {.model_hash = base::Blake2bHex(model.model->Digest(pool) +
                                         model.tokenizer->Digest()),
          .kv = std::string(gpt2::NameOf(format)),
          .instruction_set = std::string(nn::NameOf(nn::BestInstructionSet()))};
}

}  // namespace artspeak::decode
