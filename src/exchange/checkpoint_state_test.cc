#include "exchange/checkpoint_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace artspeak::exchange {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(CheckpointState, NamesTheNewestCheckpoint) {
  EXPECT_THAT(CheckpointPathIn("model_checkpoint_path: \"model-7\"\n"
                               "all_model_checkpoint_paths: \"model-6\"\n"),
              Optional(Eq("model-7")));
  EXPECT_THAT(CheckpointPathIn("all_model_checkpoint_paths: \"model-6\"\r\n"
                               "  model_checkpoint_path :'model-7'\r\n"),
              Optional(Eq("model-7")));
}

TEST(CheckpointState, EscapesAreUndone) {
  EXPECT_THAT(
      CheckpointPathIn(R"(model_checkpoint_path: "a\\b\"c\'d\x2fe\57f\1018")"),
      Optional(Eq("a\\b\"c'd/e/fA8")));
  EXPECT_THAT(CheckpointPathIn(R"(model_checkpoint_path: "\a\b\f\n\r\t\v\?")"),
              Optional(Eq("\a\b\f\n\r\t\v?")));
  EXPECT_THAT(CheckpointPathIn(R"(model_checkpoint_path: '"\303\xA9"')"),
              Optional(Eq("\"é\"")));
}

TEST(CheckpointState, WhatIsNotWholeNamesNothing) {
  for (const char* text :
       {"", "\n\n", "model_checkpoint_path",
        "model_checkpoint_path:", "model_checkpoint_path: model-100\n",
        "model_checkpoint_path: \"model", "model_checkpoint_path: \"model\\",
        "model_checkpoint_path: \"model\n\"",
        "all_model_checkpoint_paths: \"model-100\"\n"}) {
    EXPECT_EQ(CheckpointPathIn(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace artspeak::exchange
