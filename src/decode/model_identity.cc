#include "decode/model_identity.h"

#include "base/hash.h"
#include "gpt2/kv_cache.h"
#include "nn/kernels.h"
#include "nn/packed_kernels.h"

namespace artspeak::decode {

ModelIdentity IdentityOf(const LoadedModel& model, std::optional<KvFormat> kv,
                         base::ThreadPool& pool) {
  const KvFormat format =
      kv.value_or(gpt2::DefaultKvFormat(model.model->config()));
  std::string set(nn::NameOf(nn::BestInstructionSet()));
  const bool bf16 = model.model->config().weights == gpt2::WeightFormat::kBf16;
  if (bf16 && nn::HasBf16Instruction()) set += "_bf16";
  return {.model_hash = base::Blake2bHex(model.model->Digest(pool) +
                                         model.tokenizer->Digest()),
          .kv = std::string(gpt2::NameOf(format)),
          .instruction_set = set};
}

}  // namespace artspeak::decode
