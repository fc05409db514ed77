#include "gpt2/evaluation.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "base/error.h"
#include "gpt2/test_model.h"
#include "gpt2/training_pass.h"

namespace artspeak::gpt2 {
namespace {

std::shared_ptr<const Model> View(const Parameters& parameters) {
  return std::make_shared<const Model>(parameters);
}

// The same as Evaluate, by the pass that trains.
double Reference(const Parameters& parameters, std::span<const int32_t> tokens,
                 int stride, base::ThreadPool& pool) {
  const auto targets = static_cast<int>(tokens.size()) - 1;
  double total = 0;
  int done = 0;
  for (int begin = 0; done < targets; begin += stride) {
    const int end = std::min(begin + parameters.config().context, targets);
    TrainingPass pass(parameters.config(), 1, end - begin, pool);
    std::vector<int32_t> wanted(static_cast<size_t>(end - begin), -1);
    for (int i = done; i < end; ++i) wanted[i - begin] = tokens[i + 1];
    total +=
        pass.Forward(parameters, tokens.subspan(begin, wanted.size()), wanted) *
        double(end - done);
    done = end;
  }
  return total / targets;
}

TEST(Evaluation, PredictsEveryTokenOnceWhateverTheStride) {
  base::ThreadPool pool(2);
  const Parameters parameters = RandomParameters(SmallConfig());
  for (const int count : {2, 24, 25, 26, 100, 5000}) {
    const auto tokens = RandomTokens(count, 41);
    for (const int stride : {24, 7, 1}) {
      if (count == 5000 && stride < 24) continue;
      const Evaluation result =
          Evaluate(View(parameters), tokens, stride, pool);
      EXPECT_EQ(result.tokens, count - 1);
      EXPECT_NEAR(result.loss, Reference(parameters, tokens, stride, pool),
                  1e-5);
    }
  }
}

TEST(Evaluation, ImpossibleRequestsAreRefused) {
  base::ThreadPool pool(1);
  const Parameters parameters = RandomParameters(SmallConfig());
  const auto tokens = RandomTokens(50, 41);
  EXPECT_THROW(Evaluate(View(parameters), tokens, 0, pool), base::Error);
  EXPECT_THROW(Evaluate(View(parameters), tokens, 25, pool), base::Error);
  EXPECT_THROW(Evaluate(View(parameters), std::span(tokens).first(1), 24, pool),
               base::Error);
  EXPECT_THROW(Evaluate(View(parameters), {}, 24, pool), base::Error);
  // Also the last, which is only predicted.
  for (const int32_t bad : {-1, 41}) {
    const std::vector<int32_t> text = {5, 6, bad};
    EXPECT_THROW(Evaluate(View(parameters), text, 24, pool), base::Error);
  }
}

TEST(Evaluation, DamagedWeightsHaveNoLoss) {
  base::ThreadPool pool(1);
  Parameters parameters = RandomParameters(SmallConfig());
  parameters.flat().back() = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(Evaluate(View(parameters), RandomTokens(50, 41), 24, pool),
               base::Error);
}

}  // namespace
}  // namespace artspeak::gpt2
