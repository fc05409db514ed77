// Suffix arrays: where every continuation of a sequence begins, in the order of
// the alphabet.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace artspeak::corpus {

// The places 0 to n - 1 of `sequence`, sorted by what stands from there to its
// end; an end comes before anything else. Symbols are from 0 to `largest`.
// Time and memory are linear in n + largest, by induced sorting (Nong, Zhang
// and Chan, "Linear suffix array construction by almost pure induced-sorting",
// DCC 2009). n is below 2^31.
std::vector<uint32_t> SuffixArray(std::span<const uint32_t> sequence,
                                  uint32_t largest);

}  // namespace artspeak::corpus
