// What the matrix products of training multiply.
#pragma once

namespace artspeak::gpt2 {

enum class Precision {
  kFp32,
  // Both sides rounded to bfloat16, summed up in fp32. Needs a processor with
  // an instruction for it. All else (parameters, gradients, the residual
  // stream, layer norm, softmax, GELU, loss) is fp32.
  kBf16,
};

// kBf16 where this processor can train in it.
Precision FastestPrecision();

}  // namespace artspeak::gpt2
