#include "nn/panel_kernels.h"

#include <gtest/gtest.h>

#include "nn/test_numbers.h"

namespace artspeak::nn {
namespace {

// Longer than a block of steps, two panels and a piece, whole tiles and a rest.
constexpr int64_t kRows = 15, kK = 700, kColumns = 147;

class PanelKernelsTest : public ::testing::Test {
 protected:
  std::vector<float> Panels(const Kernels& kernels, const std::vector<float>& b,
                            bool transposed, float scale) {
    std::vector<float> panels(PanelsSize<float>(kK, kColumns), -1);
    for (int64_t n = 0; n < kColumns; n += kPanel) {
      float* panel = panels.data() + n / kPanel * PanelSize<float>(kK);
      const int64_t count = std::min(kPanel, kColumns - n);
      if (transposed) {
        kernels.panels.round_and_pack_transposed(panel, b.data() + n * kK, kK,
                                                 kK, count, scale);
      } else {
        kernels.panels.round_and_pack(panel, b.data() + n, kColumns, kK, count,
                                      scale);
      }
    }
    return panels;
  }
  std::vector<float> Transposed(const std::vector<float>& b) {
    std::vector<float> out(b.size());
    for (int64_t k = 0; k < kK; ++k) {
      for (int64_t n = 0; n < kColumns; ++n) {
        out[n * kK + k] = b[k * kColumns + n];
      }
    }
    return out;
  }
};

TEST_F(PanelKernelsTest, PacksScaledNumbersAndZeros) {
  const auto b = Normals(kK * kColumns, 1);
  for (const Kernels* kernels : AllKernels()) {
    const auto panels = Panels(*kernels, b, false, 0.5f);
    EXPECT_EQ(panels, Panels(*kernels, Transposed(b), true, 0.5f));
    for (const int64_t k : {int64_t{0}, int64_t{313}, kK - 1}) {
      for (int64_t n = 0; n < 3 * kPanel; ++n) {
        const float expected = n < kColumns ? 0.5f * b[k * kColumns + n] : 0.0f;
        EXPECT_EQ(
            panels[n / kPanel * PanelSize<float>(kK) + k * kPanel + n % kPanel],
            expected);
      }
    }
  }
}

TEST_F(PanelKernelsTest, ProductsMatchTheirFormulaOnEveryInstructionSet) {
  const auto a = Normals(kRows * kK, 1), b = Normals(kK * kColumns, 2);
  const auto before = Normals(kRows * kColumns, 3);
  for (const Kernels* kernels : AllKernels()) {
    const auto panels = Panels(*kernels, b, false, 1);
    for (const bool accumulate : {false, true}) {
      auto c = before;
      kernels->panels.multiply(c.data(), kColumns, {a.data(), kK},
                               panels.data(), PanelSize<float>(kK), kRows,
                               kColumns, kK, accumulate);
      for (int64_t i = 0; i < kRows; ++i) {
        for (int64_t n = 0; n < kColumns; ++n) {
          double sum = accumulate ? before[i * kColumns + n] : 0;
          for (int64_t k = 0; k < kK; ++k) {
            sum += double{a[i * kK + k]} * b[k * kColumns + n];
          }
          // 700 roundings of partial sums below 5 · sqrt(700), half of them
          // one way: below 700 · 6e-8 · 132.
          ASSERT_NEAR(c[i * kColumns + n], sum, 6e-3);
        }
      }
    }
  }
}

}  // namespace
}  // namespace artspeak::nn
