#include "train/moments.h"

namespace artspeak::train {

nn::MomentBlock QuantizedMoments::At(int64_t offset, int64_t block) {
  return {&first[offset], &second[offset], &first_scales[block],
          &second_scales[block]};
}

}  // namespace artspeak::train
