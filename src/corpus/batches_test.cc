#include "corpus/batches.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "base/error.h"

namespace artspeak::corpus {
namespace {

using Tokens = std::vector<int32_t>;

TEST(BatchStream, TargetsAreTheInputsOnePlaceOn) {
  Tokens tokens(100);
  for (int i = 0; i < 100; ++i) tokens[i] = i;
  BatchStream stream(tokens, 3, 8, base::RandomStream(1));
  Tokens inputs(24), targets(24);
  std::set<int> starts;
  for (int i = 0; i < 2000; ++i) {
    stream.Next(inputs, targets);
    for (int b = 0; b < 3; ++b) {
      starts.insert(inputs[b * 8]);
      for (int t = 0; t < 8; ++t) {
        ASSERT_EQ(inputs[b * 8 + t], inputs[b * 8] + t);
        ASSERT_EQ(targets[b * 8 + t], inputs[b * 8] + t + 1);
      }
    }
  }
  // Every start, the first and the last included.
  EXPECT_EQ(starts.size(), 92u);
  EXPECT_EQ(*starts.rbegin(), 91);
}

TEST(BatchStream, GoesOnFromItsPosition) {
  Tokens tokens(1000);
  for (int i = 0; i < 1000; ++i) tokens[i] = i;
  BatchStream stream(tokens, 2, 4, base::RandomStream(9));
  Tokens inputs(8), targets(8), again(8);
  for (int i = 0; i < 5; ++i) stream.Next(inputs, targets);
  const uint64_t position = stream.position();
  stream.Next(inputs, targets);
  BatchStream resumed(tokens, 2, 4, base::RandomStream(9));
  resumed.Seek(position);
  resumed.Next(again, targets);
  EXPECT_EQ(again, inputs);
  EXPECT_EQ(resumed.position(), stream.position());
}

TEST(BatchStream, OneWindowIsEnoughAndLessIsAnError) {
  const Tokens tokens = {1, 2, 3, 4};
  BatchStream stream(tokens, 1, 3, base::RandomStream(1));
  Tokens inputs(3), targets(3);
  stream.Next(inputs, targets);
  EXPECT_EQ(targets, (Tokens{2, 3, 4}));
  EXPECT_THROW(BatchStream(tokens, 1, 4, base::RandomStream(1)), base::Error);
  EXPECT_THROW(BatchStream({}, 1, 4, base::RandomStream(1)), base::Error);
}

}  // namespace
}  // namespace artspeak::corpus
