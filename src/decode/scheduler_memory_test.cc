// How much memory texts take, as the system counts it.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>

#include "decode/scheduler.h"
#include "decode/test_texts.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

// Not under a sanitizer, which keeps what was freed.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace artspeak::decode {
namespace {

constexpr double kMegabyte = 1 << 20;

double ResidentMegabytes() {
  int64_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / kMegabyte;
}

class SchedulerMemoryTest : public ::testing::Test {
 protected:
  SchedulerMemoryTest() {
    const text::Tokenizer tokenizer = testing::TinyTokenizer();
    gpt2::Config config;
    config.vocab_size = tokenizer.vocab_size();
    config.context = 1024;
    config.layers = 4;
    config.width = 128;
    config.heads = 8;
    gpt2::SaveModel(directory_.path(), config,
                    gpt2::InitialParameters(config, 1));
    tokenizer.Save(directory_.path());
    model_ = LoadedModel::Load(directory_.path());
  }

  // Keys and values of a token: 4 layers of 2 × 128 numbers.
  static constexpr double kTokenMegabytes = 4 * 2 * 128 * 4 / kMegabyte;

  testing::TempDir directory_;
  LoadedModel model_;
  base::ThreadPool pool_{2};
};

TEST_F(SchedulerMemoryTest, TextsThatMayBecomeLongTakeWhatTheyHaveWritten) {
  constexpr int kTexts = 64, kMayWrite = 1000, kWrite = 20;
  Scheduler scheduler(model_, pool_, {.max_sequences = kTexts});
  // Once alone, for all that is not of a text.
  scheduler.Add(MakeRequest(model_, "", kTexts, 2, 1),
                std::make_shared<Collector>());
  RunToEnd(scheduler);
  const double before = ResidentMegabytes();
  scheduler.Add(MakeRequest(model_, "", kTexts, kMayWrite, 1),
                std::make_shared<Collector>());
  for (int i = 0; i < kWrite; ++i) scheduler.Step();
  // 65 tokens' room each, 16 MB in all; 250 with room for 1000.
  const double taken = ResidentMegabytes() - before;
  EXPECT_LT(taken, 2 * kTexts * 65 * kTokenMegabytes);
  scheduler.CancelAll();
}

TEST_F(SchedulerMemoryTest, MemoryDoesNotGrowWithTheNumberOfTexts) {
  Scheduler scheduler(model_, pool_, {.max_sequences = 16});
  const auto write = [&](int texts) {
    for (int i = 0; i < texts; i += 16) {
      scheduler.Add(MakeRequest(model_, "The light", 16, 3 + i % 11, i),
                    std::make_shared<Collector>());
      RunToEnd(scheduler);
    }
  };
  write(320);
  const double before = ResidentMegabytes();
  write(3200);
  // The caches of these texts take 0.3 MB each.
  EXPECT_LT(ResidentMegabytes() - before, 16 * 0.3);
}

TEST_F(SchedulerMemoryTest, ALongTextsMemoryIsGivenBackWhenItEnds) {
  Scheduler scheduler(model_, pool_, {});
  scheduler.Add(MakeRequest(model_, "", 1, 2, 1),
                std::make_shared<Collector>());
  RunToEnd(scheduler);
  malloc_trim(0);  // what earlier tests freed would be taken again unseen
  const double before = ResidentMegabytes();
  scheduler.Add(MakeRequest(model_, "", 4, 800, 1),
                std::make_shared<Collector>());
  for (int i = 0; i < 700; ++i) scheduler.Step();
  const double taken = ResidentMegabytes() - before;
  // Less than they hold: some of it may be free and not given back even so.
  EXPECT_GT(taken, 0.7 * 4 * 700 * kTokenMegabytes);
  scheduler.CancelAll();
  malloc_trim(0);  // small pieces among it may still be in use
  EXPECT_LT(ResidentMegabytes() - before, taken / 2);
}

}  // namespace
}  // namespace artspeak::decode

#endif
