#include "decode/model_identity.h"

#include <gtest/gtest.h>

#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"
#include "text/trainer.h"

namespace artspeak::decode {
namespace {

TEST(ModelIdentity, AnotherVocabularyIsAnotherModel) {
  const testing::TempDir directory;
  testing::SaveTinyModel(directory.path(), 16);
  base::ThreadPool pool(2);
  const auto hash = [&] {
    return IdentityOf(LoadedModel::Load(directory.path()), {}, pool).model_hash;
  };
  const std::string before = hash();
  EXPECT_EQ(before.size(), 32u);
  EXPECT_EQ(hash(), before);
  const std::vector<std::string> texts = {"Other words, other words, merged."};
  text::TrainTokenizer(texts, testing::TinyTokenizer().vocab_size(), {})
      .Save(directory.path());
  EXPECT_NE(hash(), before);
}

}  // namespace
}  // namespace artspeak::decode
