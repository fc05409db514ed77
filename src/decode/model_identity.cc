#include "decode/model_identity.h"

#include "base/hash.h"
#include "nn/kernels.h"

namespace artspeak::decode {

ModelIdentity IdentityOf(const LoadedModel& model, base::ThreadPool& pool) {
  const bool floats =
      model.model->config().weights == gpt2::WeightFormat::kFloat;
  return {.model_hash = base::Blake2bHex(model.model->Digest(pool) +
                                         model.tokenizer->Digest()),
          .kv = floats ? "fp32" : "bf16",
          .instruction_set = std::string(nn::NameOf(nn::BestInstructionSet()))};
}

}  // namespace artspeak::decode
