#include "gpt2/config.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::gpt2 {
namespace {

using base::Error;

// What Hugging Face's transformers write, shortened.
constexpr const char* kForeign = R"({
  "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
  "attn_pdrop": 0.1, "bos_token_id": 50256, "layer_norm_epsilon": 1e-05,
  "model_type": "gpt2", "n_ctx": 1024, "n_embd": 1024, "n_head": 16,
  "n_inner": null, "n_layer": 24, "n_positions": 1024, "vocab_size": 50257
})";

class ConfigFile : public ::testing::Test {
 protected:
  Config Load(const std::string& text) {
    base::WriteFileAtomically(folder_ / "config.json", text);
    return Config::Load(folder_.path());
  }
  // The foreign file with one part replaced.
  Config LoadChanged(const std::string& from, const std::string& to) {
    std::string text = kForeign;
    text.replace(text.find(from), from.size(), to);
    return Load(text);
  }
  testing::TempDir folder_;
};

TEST_F(ConfigFile, ReadsHuggingFacesKeys) {
  const Config config = Load(kForeign);
  EXPECT_EQ(config, (Config{.vocab_size = 50257,
                            .context = 1024,
                            .layers = 24,
                            .width = 1024,
                            .heads = 16}));
  // The published size of "355M".
  EXPECT_EQ(config.parameter_count(), 354'823'168);
}

TEST_F(ConfigFile, PassesTheEndOfTextOn) {
  EXPECT_EQ(Load(kForeign).end_of_text, -1);
  // With a token added behind it.
  const Config padded =
      LoadChanged("\"vocab_size\": 50257",
                  "\"vocab_size\": 50258, \"eos_token_id\": 50256");
  EXPECT_EQ(padded.end_of_text, 50256);
  padded.Save(folder_.path());
  EXPECT_EQ(Config::Load(folder_.path()), padded);
  for (const char* odd : {"[50256]", "-1", "60000", "null", "\"x\""}) {
    EXPECT_EQ(LoadChanged("\"n_inner\": null",
                          std::string("\"eos_token_id\": ") + odd)
                  .end_of_text,
              -1)
        << odd;
  }
}

TEST_F(ConfigFile, ComesBackAsSaved) {
  const Config config = {.vocab_size = 8192,
                         .context = 512,
                         .layers = 6,
                         .width = 256,
                         .heads = 8,
                         .layer_norm_epsilon = 1e-6f};
  config.Save(folder_.path());
  EXPECT_EQ(Config::Load(folder_.path()), config);
}

TEST_F(ConfigFile, OlderKeyForTheContextServes) {
  EXPECT_EQ(LoadChanged("\"n_positions\": 1024, ", "").context, 1024);
}

TEST_F(ConfigFile, MissingOrDamagedFileIsRefused) {
  EXPECT_THROW(Config::Load(folder_.path()), Error);
  EXPECT_THROW(Config::Load(folder_ / "nothing"), Error);
  EXPECT_THROW(Load(""), Error);
  EXPECT_THROW(Load("[1, 2]"), Error);
  EXPECT_THROW(Load(std::string(kForeign).substr(0, 100)), Error);
}

TEST_F(ConfigFile, ImpossibleSizesAreRefused) {
  EXPECT_THROW(LoadChanged("\"n_layer\": 24, ", ""), Error);
  EXPECT_THROW(LoadChanged("\"n_layer\": 24", "\"n_layer\": 0"), Error);
  EXPECT_THROW(LoadChanged("\"n_layer\": 24", "\"n_layer\": -3"), Error);
  EXPECT_THROW(LoadChanged("\"n_layer\": 24", "\"n_layer\": 1e30"), Error);
  EXPECT_THROW(LoadChanged("\"n_layer\": 24", "\"n_layer\": \"24\""), Error);
  EXPECT_THROW(LoadChanged("\"n_embd\": 1024", "\"n_embd\": 9000000"), Error);
  EXPECT_THROW(LoadChanged("\"n_head\": 16", "\"n_head\": 7"), Error);
  EXPECT_THROW(LoadChanged("1e-05", "0"), Error);
}

TEST_F(ConfigFile, NestedWithoutEndIsRefused) {
  const std::string nested =
      std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_THROW(LoadChanged("24", nested), Error);
  EXPECT_THROW(LoadChanged("\"gpt2\"", nested), Error);
}

TEST_F(ConfigFile, OtherArchitecturesAreRefused) {
  EXPECT_THROW(LoadChanged("\"gpt2\"", "\"llama\""), Error);
  EXPECT_THROW(LoadChanged("\"gelu_new\"", "\"relu\""), Error);
  EXPECT_THROW(LoadChanged("\"n_inner\": null", "\"n_inner\": 17"), Error);
}

}  // namespace
}  // namespace artspeak::gpt2
