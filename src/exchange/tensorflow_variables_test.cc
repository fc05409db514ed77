#include "exchange/tensorflow_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "gpt2/parameters.h"
#include "tests/support/testing.h"

namespace artspeak::exchange {
namespace {

using ::testing::Eq;
using ::testing::Optional;

constexpr gpt2::Config kTiny{
    .vocab_size = 11, .context = 5, .layers = 2, .width = 4, .heads = 2};

// A checkpoint's index with just that model's variables.
BundleIndex IndexOf(const gpt2::Config& config) {
  BundleIndex index;
  for (const TensorflowVariable& variable : TensorflowVariables(config)) {
    index.entries[variable.name] = {.dtype = "float32",
                                    .shape = variable.shape};
  }
  return index;
}

TEST(TensorflowVariables, HaveOpenAisNamesAndShapes) {
  const auto variables = TensorflowVariables(kTiny);
  const auto shape_of = [&](const std::string& name) {
    const auto found =
        std::ranges::find(variables, name, &TensorflowVariable::name);
    EXPECT_NE(found, variables.end()) << name;
    return found == variables.end() ? std::vector<int64_t>{} : found->shape;
  };
  using Shape = std::vector<int64_t>;
  EXPECT_EQ(shape_of("model/wte"), (Shape{11, 4}));
  EXPECT_EQ(shape_of("model/wpe"), (Shape{5, 4}));
  EXPECT_EQ(shape_of("model/h0/ln_1/g"), (Shape{4}));
  EXPECT_EQ(shape_of("model/h1/ln_2/b"), (Shape{4}));
  EXPECT_EQ(shape_of("model/h0/attn/c_attn/w"), (Shape{1, 4, 12}));
  EXPECT_EQ(shape_of("model/h0/attn/c_attn/b"), (Shape{12}));
  EXPECT_EQ(shape_of("model/h1/attn/c_proj/w"), (Shape{1, 4, 4}));
  EXPECT_EQ(shape_of("model/h1/mlp/c_fc/w"), (Shape{1, 4, 16}));
  EXPECT_EQ(shape_of("model/h1/mlp/c_proj/w"), (Shape{1, 16, 4}));
  EXPECT_EQ(shape_of("model/ln_f/g"), (Shape{4}));
  EXPECT_EQ(shape_of("model/ln_f/b"), (Shape{4}));
  EXPECT_EQ(variables.size(), gpt2::TensorPlaces(kTiny).size());
}

TEST(TensorflowVariables, OtherVariablesArePassedOver) {
  BundleIndex index = IndexOf(kTiny);
  EXPECT_EQ(WhyNotModel(index, kTiny), std::nullopt);
  index.entries["global_step"] = {.dtype = "int64"};
  index.entries["model/wte/Adam"] = {.dtype = "float32", .shape = {11, 4}};
  EXPECT_EQ(WhyNotModel(index, kTiny), std::nullopt);
}

TEST(TensorflowVariables, WhatDoesNotFitIsNamed) {
  BundleIndex index = IndexOf(kTiny);
  index.entries.erase("model/wte");
  EXPECT_THAT(WhyNotModel(index, kTiny),
              Optional(Eq("it has no \"model/wte\"")));
  index = IndexOf(kTiny);
  index.entries["model/h1/attn/c_attn/w"].shape = {4, 12};
  EXPECT_THAT(WhyNotModel(index, kTiny),
              Optional(Eq("it has \"model/h1/attn/c_attn/w\" of shape (4, 12) "
                          "in place of (1, 4, 12)")));
  index = IndexOf(kTiny);
  index.entries["model/ln_f/b"].dtype = "float16";
  EXPECT_THAT(WhyNotModel(index, kTiny),
              Optional(Eq("it has \"model/ln_f/b\" as float16 in place of "
                          "float32")));
  gpt2::Config shallow = kTiny;
  shallow.layers = 1;
  EXPECT_THAT(WhyNotModel(IndexOf(kTiny), shallow),
              Optional(Eq("it has more than 1 layers")));
}

// OpenAI's models and a run of gpt-2-simple hold just these.
TEST(TensorflowVariables, AreThoseOfRealCheckpoints) {
  const auto shared = testing::SharedData();
  if (!shared) GTEST_SKIP() << "no shared data";
  const auto folder = *shared / "tf-checkpoint/index-only";
  const gpt2::Config medium{.layers = 24, .width = 1024, .heads = 16};
  for (const auto& [name, config] :
       {std::pair("openai-124M.model.ckpt", gpt2::Config{}),
        std::pair("gpt2simple-model-4614", gpt2::Config{}),
        std::pair("openai-355M.model.ckpt", medium)}) {
    const BundleIndex index = ReadBundleIndex(IndexPath(folder / name));
    EXPECT_EQ(WhyNotModel(index, config), std::nullopt) << name;
    EXPECT_EQ(index.entries.size(), TensorflowVariables(config).size());
  }
}

}  // namespace
}  // namespace artspeak::exchange
