#include "gpt2/training_pass.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "gpt2/test_model.h"

namespace artspeak::gpt2 {
namespace {

using base::Error;

constexpr int kB = 3, kT = 20;

// A vocabulary of more than one of the head's blocks.
Config TestConfig() {
  Config config = SmallConfig();
  config.vocab_size = 2100;
  return config;
}

struct Case {
  explicit Case(int threads = 2, Precision precision = Precision::kFp32,
                Memory memory = Memory::kRoomy)
      : pool(threads),
        pass(config, kB, kT, pool, precision, memory),
        gradients(config) {
    targets[7] = -1;
  }
  float Loss(Dropout dropout = {}) {
    return pass.Forward(parameters, inputs, targets, dropout);
  }

  Config config = TestConfig();
  base::ThreadPool pool;
  Parameters parameters = RandomParameters(config);
  std::vector<int32_t> inputs = RandomTokens(kB * kT, config.vocab_size, 1);
  std::vector<int32_t> targets = RandomTokens(kB * kT, config.vocab_size, 2);
  TrainingPass pass;
  Parameters gradients;
};

// For each tensor, the derivative of the loss along a random direction in that
// tensor, of steps 2e-3 in each number: the truncation is of order step², and
// the loss of about 4, rounded to 5e-7, gives 5e-7 / 4e-3 = 1.2e-4 absolute.
void ExpectGradients(Case& test, Dropout dropout) {
  test.Loss(dropout);
  test.pass.Backward(test.parameters, 1, test.gradients);
  base::RandomStream random(9);
  for (const auto& tensor : test.parameters.tensors()) {
    const auto values = test.parameters.values(tensor);
    const std::vector<float> before(values.begin(), values.end());
    std::vector<float> direction(values.size());
    double expected = 0, norm = 0;
    const auto gradient = test.gradients.values(tensor);
    for (size_t i = 0; i < direction.size(); ++i) {
      direction[i] = random.Below(2) ? 1.0f : -1.0f;
      expected += double{gradient[i]} * direction[i];
      norm += std::pow(double{gradient[i]}, 2);
    }
    const double step = 2e-3;
    const auto move = [&](double by) {
      for (size_t i = 0; i < direction.size(); ++i) {
        values[i] = static_cast<float>(before[i] + by * direction[i]);
      }
      return test.Loss(dropout);
    };
    const double high = move(step), low = move(-step);
    move(0);
    const double slope = (high - low) / (2 * step);
    EXPECT_NEAR(slope, expected, 3e-4 + 0.01 * std::sqrt(norm)) << tensor.name;
  }
}

TEST(TrainingPass, GradientsMatchFiniteDifferencesInEveryTensor) {
  Case test;
  ExpectGradients(test, {});
}

TEST(TrainingPass, GradientsMatchFiniteDifferencesUnderDropout) {
  Case test;
  ExpectGradients(test, {.rate = 0.2f, .seed = 5, .step = 3});
}

TEST(TrainingPass, GradientsMatchFiniteDifferencesInLowMemory) {
  Case test(2, Precision::kFp32, Memory::kLow);
  ExpectGradients(test, {.rate = 0.2f, .seed = 5, .step = 3});
}

TEST(TrainingPass, DropoutFollowsSeedAndStep) {
  Case test;
  const Dropout dropout = {.rate = 0.2f, .seed = 5, .step = 3};
  const float loss = test.Loss(dropout);
  EXPECT_EQ(test.Loss(dropout), loss);
  EXPECT_NE(test.Loss({.rate = 0.2f, .seed = 5, .step = 4}), loss);
  EXPECT_NE(test.Loss({.rate = 0.2f, .seed = 6, .step = 3}), loss);
  EXPECT_NE(test.Loss(), loss);
}

// Precisions that this processor has.
std::vector<Precision> Precisions() {
  if (FastestPrecision() == Precision::kFp32) return {Precision::kFp32};
  return {Precision::kFp32, Precision::kBf16};
}

void ExpectSameBits(Case& one, Case& other, Dropout dropout) {
  EXPECT_EQ(one.Loss(dropout), other.Loss(dropout));
  one.pass.Backward(one.parameters, 0.5f, one.gradients);
  other.pass.Backward(other.parameters, 0.5f, other.gradients);
  EXPECT_TRUE(std::ranges::equal(one.gradients.flat(), other.gradients.flat()));
}

TEST(TrainingPass, HasTheSameBitsOnAnyNumberOfThreads) {
  for (const Precision precision : Precisions()) {
    for (const Memory memory : {Memory::kRoomy, Memory::kLow}) {
      Case one(1, precision, memory), three(3, precision, memory);
      ExpectSameBits(one, three, {});
    }
  }
}

TEST(TrainingPass, HasTheSameBitsInLowMemory) {
  for (const Precision precision : Precisions()) {
    for (const float rate : {0.0f, 0.2f}) {
      Case roomy(2, precision), low(2, precision, Memory::kLow);
      ExpectSameBits(roomy, low, {.rate = rate, .seed = 5, .step = 3});
    }
  }
}

// Nothing of one step is left in the next.
TEST(TrainingPass, HasTheSameBitsInLowMemoryAfterAValidation) {
  Case fresh(2, Precision::kFp32, Memory::kLow);
  Case used(2, Precision::kFp32, Memory::kLow);
  used.pass.Forward(used.parameters, used.inputs, used.inputs);
  ExpectSameBits(fresh, used, {.rate = 0.2f, .seed = 5, .step = 3});
}

class TrainingPassBf16 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (FastestPrecision() != Precision::kBf16) {
      GTEST_SKIP() << "this processor has no products of bfloat16 numbers";
    }
  }

  // Every number that a product reads is rounded by 2^-9 at most, 0.11 % in the
  // root mean square. A gradient passes through some ten products of two
  // layers, whose errors add up like their root: sqrt(2 x 10) x 0.11 % = 0.5 %
  // of a norm where nothing cancels. In a softmax's gradient a mean is taken
  // off: where that leaves a fifth, the error is 2.5 %. A wrong term shows at
  // 30 %. The loss of about 4 is a mean, its error the logits', some 1e-3,
  // averaged over 59 targets.
  void ExpectNearFp32(Dropout dropout) {
    Case exact, rounded(2, Precision::kBf16);
    EXPECT_NEAR(rounded.Loss(dropout), exact.Loss(dropout), 2e-3);
    exact.pass.Backward(exact.parameters, 1, exact.gradients);
    rounded.pass.Backward(rounded.parameters, 1, rounded.gradients);
    for (const auto& tensor : exact.gradients.tensors()) {
      const auto expected = exact.gradients.values(tensor);
      const auto got = rounded.gradients.values(tensor);
      double distance = 0, norm = 0;
      for (size_t i = 0; i < got.size(); ++i) {
        distance += std::pow(double{got[i]} - expected[i], 2);
        norm += std::pow(double{expected[i]}, 2);
      }
      EXPECT_LT(std::sqrt(distance), 0.05 * std::sqrt(norm)) << tensor.name;
    }
  }
};

TEST_F(TrainingPassBf16, LossAndEveryGradientAreNearFp32) {
  ExpectNearFp32({});
}

TEST_F(TrainingPassBf16, LossAndEveryGradientAreNearFp32UnderDropout) {
  ExpectNearFp32({.rate = 0.2f, .seed = 5, .step = 3});
}

TEST(TrainingPass, BackwardAddsScaledGradients) {
  Case test;
  test.Loss();
  test.pass.Backward(test.parameters, 1, test.gradients);
  const std::vector<float> once(test.gradients.flat().begin(),
                                test.gradients.flat().end());
  test.Loss();
  test.pass.Backward(test.parameters, 0.5f, test.gradients);
  for (size_t i = 0; i < once.size(); ++i) {
    // Sums of some sixty terms below 1: 1e-5 is their rounding with room.
    ASSERT_NEAR(test.gradients.flat()[i], 1.5 * once[i], 1e-5);
  }
}

TEST(TrainingPass, LossIsTheMeanOverTargetsThatCount) {
  Case test;
  test.pass.Forward(test.parameters, test.inputs, {});
  const auto logits = test.pass.logits();
  const auto V = static_cast<size_t>(test.config.vocab_size);
  double total = 0;
  int counted = 0;
  for (size_t i = 0; i < test.targets.size(); ++i) {
    if (test.targets[i] < 0) continue;
    double sum = 0;
    for (size_t v = 0; v < V; ++v) sum += std::exp(double{logits[i * V + v]});
    total +=
        std::log(sum) - logits[i * V + static_cast<size_t>(test.targets[i])];
    ++counted;
  }
  EXPECT_EQ(counted, kB * kT - 1);
  EXPECT_NEAR(test.Loss(), total / counted, 1e-5);
}

TEST(TrainingPass, NoTargetThatCountsGivesNoLossAndNoGradient) {
  Case test;
  std::ranges::fill(test.targets, -1);
  EXPECT_EQ(test.Loss(), 0);
  test.pass.Backward(test.parameters, 1, test.gradients);
  EXPECT_TRUE(std::ranges::all_of(test.gradients.flat(),
                                  [](float value) { return value == 0; }));
}

// Keeps what it is given in memory of its own, spoils the parameters of a group
// as soon as that is allowed, and leaves out some groups.
class SpoilingSink : public GradientSink {
 public:
  SpoilingSink(Parameters& parameters, std::vector<GradientGroup> unwanted = {})
      : gradients(parameters.config()),
        parameters_(parameters),
        unwanted_(std::move(unwanted)) {}

  float* Begin(const GradientGroup& group) override {
    begun.push_back(group);
    if (std::ranges::find(unwanted_, group) != unwanted_.end()) return nullptr;
    memory_[group.offset].assign(static_cast<size_t>(group.size), 0.0f);
    return memory_[group.offset].data();
  }
  void Done(const GradientGroup& group) override {
    done.push_back(group);
    std::ranges::copy(memory_[group.offset],
                      gradients.flat().begin() + group.offset);
    memory_.erase(group.offset);
    std::ranges::fill(
        parameters_.flat().subspan(static_cast<size_t>(group.offset),
                                   static_cast<size_t>(group.size)),
        std::numeric_limits<float>::quiet_NaN());
  }

  std::vector<GradientGroup> begun, done;
  Parameters gradients;

 private:
  Parameters& parameters_;
  std::vector<GradientGroup> unwanted_;
  std::map<int64_t, std::vector<float>> memory_;
};

TEST(TrainingPass, DoesNotReadTheParametersOfGroupsThatAreDone) {
  for (const Precision precision : Precisions()) {
    for (const Memory memory : {Memory::kRoomy, Memory::kLow}) {
      Case test(2, precision, memory);
      const Dropout dropout = {.rate = 0.2f, .seed = 5, .step = 3};
      test.Loss(dropout);
      test.pass.Backward(test.parameters, 1, test.gradients);
      test.Loss(dropout);
      SpoilingSink sink(test.parameters);
      test.pass.Backward(test.parameters, 1, sink);
      EXPECT_TRUE(
          std::ranges::equal(sink.gradients.flat(), test.gradients.flat()));
    }
  }
}

TEST(TrainingPass, BeginsTheEmbeddingsFirstAndCompletesGroupsInOrder) {
  Case test;
  for (const bool counts : {true, false}) {
    if (!counts) std::ranges::fill(test.targets, -1);
    test.Loss();
    SpoilingSink sink(test.parameters);
    test.pass.Backward(test.parameters, 1, sink);
    const GradientGroups groups(test.config);
    EXPECT_EQ(sink.done, groups.InOrder());
    EXPECT_EQ(sink.begun.front(), groups.embeddings);
    EXPECT_EQ(sink.begun.size(), sink.done.size());
    test.parameters = RandomParameters(test.config);
  }
}

TEST(TrainingPass, LeavesOutGroupsThatAreNotWanted) {
  for (const Precision precision : Precisions()) {
    Case test(2, precision);
    const GradientGroups groups(test.config);
    for (const GradientGroup& unwanted : groups.InOrder()) {
      test.parameters = RandomParameters(test.config);
      std::ranges::fill(test.gradients.flat(), 0.0f);
      test.Loss();
      test.pass.Backward(test.parameters, 1, test.gradients);
      std::ranges::fill(
          test.gradients.flat().subspan(static_cast<size_t>(unwanted.offset),
                                        static_cast<size_t>(unwanted.size)),
          0.0f);
      test.Loss();
      SpoilingSink sink(test.parameters, {unwanted});
      test.pass.Backward(test.parameters, 1, sink);
      EXPECT_TRUE(
          std::ranges::equal(sink.gradients.flat(), test.gradients.flat()));
    }
  }
}

TEST(TrainingPass, IdsOutOfTheVocabularyAreRefused) {
  Case test;
  for (const int32_t bad : {-1, test.config.vocab_size, 1'000'000}) {
    auto inputs = test.inputs;
    inputs[5] = bad;
    EXPECT_THROW(test.pass.Forward(test.parameters, inputs, test.targets),
                 Error);
  }
  test.targets[3] = test.config.vocab_size;
  EXPECT_THROW(test.Loss(), Error);
}

TEST(TrainingPass, WindowThatDoesNotFitIsRefused) {
  base::ThreadPool pool(1);
  const Config config = SmallConfig();
  EXPECT_THROW(TrainingPass(config, 1, config.context + 1, pool), Error);
  EXPECT_THROW(TrainingPass(config, 1, 0, pool), Error);
  EXPECT_THROW(TrainingPass(config, 0, 8, pool), Error);
}

}  // namespace
}  // namespace artspeak::gpt2
