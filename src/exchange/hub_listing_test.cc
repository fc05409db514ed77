#include "exchange/hub_listing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace artspeak::exchange {
namespace {

using base::Error;

const std::string kCommit(40, 'c');
const std::string kSha1(40, '1');
const std::string kSha256(64, '2');

std::string Listing(const std::string& siblings) {
  return fmt::format(R"({{"sha": "{}", "siblings": {}, "likes": 3}})", kCommit,
                     siblings);
}

TEST(HubListing, NamesFilesWithSizeAndHash) {
  const HubListing listing = ParseHubListing(
      Listing(fmt::format(
          R"([{{"rfilename": "config.json", "size": 665, "blobId": "{0}"}},
              {{"rfilename": "model.safetensors", "size": 9, "blobId": "{0}",
                "lfs": {{"sha256": "{1}", "size": 548105171}}}},
              {{"rfilename": "onnx/model.onnx", "size": 1}},
              {{"rfilename": ".gitattributes", "size": 1}}])",
          kSha1, kSha256)),
      "gpt2");
  EXPECT_EQ(listing.commit, kCommit);
  EXPECT_EQ(listing.files,
            (std::vector<HubFile>{{"config.json", 665, kSha1},
                                  {"model.safetensors", 548105171, kSha256}}));
  EXPECT_EQ(listing.Find("config.json")->size, 665);
  EXPECT_EQ(listing.Find("onnx/model.onnx"), nullptr);
}

TEST(HubListing, NamesThatLeadElsewhereAreNoFiles) {
  const HubListing listing = ParseHubListing(
      Listing(fmt::format(
          R"([{{"rfilename": "../config.json", "size": 1, "blobId": "{0}"}},
              {{"rfilename": "/etc/passwd", "size": 1, "blobId": "{0}"}},
              {{"rfilename": 7, "size": 1, "blobId": "{0}"}}, 5, null])",
          kSha1)),
      "gpt2");
  EXPECT_TRUE(listing.files.empty());
}

TEST(HubListing, AnswersOfAnotherKindAreRefused) {
  for (const std::string& text :
       {std::string(), std::string("<html>"), std::string("[]"),
        std::string("{}"), Listing("{}"), Listing("null"),
        std::string(R"({"sha": "../..", "siblings": []})"),
        std::string(100'000, '[')}) {
    EXPECT_THROW(ParseHubListing(text, "gpt2"), Error) << text.substr(0, 80);
  }
}

TEST(HubListing, SizesAndHashesMustBeSuch) {
  for (const char* rest :
       {R"("size": 1)", R"("size": 1, "blobId": "../../x")",
        R"("size": -1, "blobId": "1111111111111111111111111111111111111111")",
        R"("size": 1.5, "blobId": "1111111111111111111111111111111111111111")",
        R"("size": 18446744073709551615,
           "blobId": "1111111111111111111111111111111111111111")",
        R"("size": 1, "lfs": {"sha256": "11", "size": 1})",
        R"("size": 1, "lfs": {})"}) {
    EXPECT_THROW(
        ParseHubListing(Listing(fmt::format(
                            R"([{{"rfilename": "config.json", {}}}])", rest)),
                        "gpt2"),
        Error)
        << rest;
  }
}

TEST(ShardIndex, NamesEachFileOnce) {
  EXPECT_EQ(
      ParseShardIndex(R"({"metadata": {"total_size": 5}, "weight_map": {
              "wte.weight": "model-2.safetensors",
              "wpe.weight": "model-1.safetensors",
              "ln_f.bias": "model-2.safetensors"}})",
                      "index"),
      (std::vector<std::string>{"model-1.safetensors", "model-2.safetensors"}));
}

TEST(ShardIndex, WhatLeadsElsewhereIsRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"weight_map": {}})", R"({"weight_map": []})",
        R"({"weight_map": {"a": 1}})",
        R"({"weight_map": {"a": "../x.safetensors"}})",
        R"({"weight_map": {"a": "/x.safetensors"}})",
        R"({"weight_map": {"a": "x.bin"}})"}) {
    EXPECT_THROW(ParseShardIndex(text, "index"), Error) << text;
  }
  std::string many = R"({"weight_map": {)";
  for (int i = 0; i < 2000; ++i) {
    many += fmt::format(R"("{}": "{}.safetensors",)", i, i);
  }
  EXPECT_THROW(ParseShardIndex(many + R"("x": "x.safetensors"}})", "index"),
               Error);
}

}  // namespace
}  // namespace artspeak::exchange
