#include "text/tokenizer_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/testing.h"
#include "text/byte_symbols.h"
#include "text/tokenizer.h"
#include "text/trainer.h"

namespace artspeak::text {
namespace {

using nlohmann::json;
using testing::TempDir;

constexpr const char* kText = "the painter's 2 cafés <|endoftext|>  paint";

Tokenizer SmallTokenizer() {
  return TrainTokenizer(
      std::vector<std::string>{"the painter paints the painting, the café"},
      290, {});
}

// The vocabulary of SmallTokenizer as Hugging Face writes it.
json WholeFile() {
  TempDir directory;
  SmallTokenizer().Save(directory.path());
  const Vocabulary vocabulary = ReadVocabulary(directory.path());
  json vocab = json::object(), merges = json::array();
  const auto symbols = [&](TokenId id) {
    return BytesToSymbols(vocabulary.tokens[id]);
  };
  for (TokenId id = 0; id < static_cast<TokenId>(vocabulary.tokens.size());
       ++id) {
    vocab[symbols(id)] = id;
  }
  for (const auto& [left, right] : vocabulary.merges) {
    merges.push_back(symbols(left) + " " + symbols(right));
  }
  const json byte_level = {{"type", "ByteLevel"},
                           {"add_prefix_space", false},
                           {"trim_offsets", true},
                           {"use_regex", true}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens",
           {{{"id", vocab["<|endoftext|>"]},
             {"content", "<|endoftext|>"},
             {"single_word", false},
             {"lstrip", false},
             {"rstrip", false},
             {"normalized", true},
             {"special", true}}}},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level},
          {"post_processor", byte_level},
          {"decoder", byte_level},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", ""},
            {"end_of_word_suffix", ""},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", vocab},
            {"merges", merges}}}};
}

std::string LoadError(const std::string& content) {
  TempDir directory;
  base::WriteFileAtomically(directory / "tokenizer.json", content);
  try {
    Tokenizer::Load(directory.path());
  } catch (const base::Error& error) {
    return error.what();
  }
  return "no error";
}

Tokenizer Load(const json& file) {
  TempDir directory;
  base::WriteFileAtomically(directory / "tokenizer.json", file.dump());
  return Tokenizer::Load(directory.path());
}

TEST(TokenizerJson, IsTheTokenizerOfTheTwoFiles) {
  const Tokenizer expected = SmallTokenizer();
  const Tokenizer loaded = Load(WholeFile());
  EXPECT_EQ(loaded.Digest(), expected.Digest());
  for (const Specials specials : {Specials::kAsText, Specials::kAsTokens}) {
    EXPECT_EQ(loaded.Encode(kText, specials), expected.Encode(kText, specials));
  }
}

TEST(TokenizerJson, MergesMayBePairs) {
  json file = WholeFile();
  for (json& merge : file["model"]["merges"]) {
    const auto text = merge.get<std::string>();
    const size_t space = text.find(' ');
    merge = {text.substr(0, space), text.substr(space + 1)};
  }
  EXPECT_EQ(Load(file).Digest(), SmallTokenizer().Digest());
}

TEST(TokenizerJson, WhatOldFilesLeaveOutIsAsGpt2HasIt) {
  json file = WholeFile();
  file.erase("normalizer");
  file.erase("post_processor");
  file["pre_tokenizer"].erase("use_regex");
  for (const char* name : {"type", "byte_fallback", "ignore_merges"}) {
    file["model"].erase(name);
  }
  EXPECT_EQ(Load(file).Digest(), SmallTokenizer().Digest());
}

TEST(TokenizerJson, AddedTokensFollowTheVocabulary) {
  json file = WholeFile();
  const auto next = static_cast<TokenId>(file["model"]["vocab"].size());
  file["added_tokens"].push_back({{"id", next + 1}, {"content", "<a paint>"}});
  file["added_tokens"].push_back({{"id", next}, {"content", "<pad>"}});
  const Tokenizer tokenizer = Load(file);
  EXPECT_EQ(tokenizer.vocab_size(), next + 2);
  EXPECT_EQ(tokenizer.TokenBytes(next + 1), "<a paint>");
  EXPECT_EQ(tokenizer.Encode("<pad><a paint>", Specials::kAsTokens),
            (std::vector<TokenId>{next, next + 1}));
}

TEST(TokenizerJson, TheTwoFilesGoBeforeIt) {
  TempDir directory;
  const Tokenizer tokenizer = SmallTokenizer();
  tokenizer.Save(directory.path());
  base::WriteFileAtomically(directory / "tokenizer.json", "{}");
  EXPECT_EQ(Tokenizer::Load(directory.path()).Digest(), tokenizer.Digest());
}

TEST(TokenizerJson, WhatWorksOtherwiseIsNamed) {
  const auto with = [](const char* pointer, const json& value) {
    json file = WholeFile();
    file[json::json_pointer(pointer)] = value;
    return LoadError(file.dump());
  };
  const std::pair<const char*, json> otherwise[] = {
      {"/normalizer", {{"type", "NFC"}}},
      {"/pre_tokenizer", nullptr},
      {"/pre_tokenizer", {{"type", "Whitespace"}}},
      {"/pre_tokenizer/use_regex", false},
      {"/pre_tokenizer/add_prefix_space", true},
      {"/post_processor", {{"type", "TemplateProcessing"}}},
      {"/model/type", "WordPiece"},
      {"/model/dropout", 0.1},
      {"/model/continuing_subword_prefix", "##"},
      {"/model/end_of_word_suffix", "</w>"},
      {"/model/byte_fallback", true},
      {"/model/ignore_merges", true},
      {"/added_tokens/0/lstrip", true},
      {"/added_tokens/0/single_word", true},
  };
  for (const auto& [pointer, value] : otherwise) {
    const std::string error = with(pointer, value);
    EXPECT_NE(error.find("does not understand"), error.npos)
        << pointer << ": " << error;
  }
  const std::pair<const char*, json> malformed[] = {
      {"/model", nullptr},
      {"/model/vocab", nullptr},
      {"/model/vocab", json::object()},
      {"/model/vocab/!", -1},
      {"/model/vocab/!", 1},
      {"/model/vocab/!", 1ull << 40},
      {"/model/merges", nullptr},
      {"/model/merges", json::array()},
      {"/model/merges/0", "nospace"},
      {"/model/merges/0", "no such"},
      {"/model/merges/0", 7},
      {"/model/merges/0", {"t", 7}},
      {"/model/merges/0", {"t", "h", "e"}},
      {"/added_tokens", 7},
      {"/added_tokens/0", 7},
      {"/added_tokens/0/id", "0"},
      {"/added_tokens/0/id", 1ull << 40},
      {"/added_tokens/0/id", 3},
      {"/added_tokens/0/content", ""},
      {"/added_tokens/0/content", 3},
  };
  for (const auto& [pointer, value] : malformed) {
    const std::string error = with(pointer, value);
    EXPECT_NE(error.find("tokenizer.json"), error.npos)
        << pointer << ": " << error;
    EXPECT_NE(error.find("copy "), error.npos) << pointer << ": " << error;
  }
}

TEST(TokenizerJson, TruncatedAnywhereItIsAnError) {
  const std::string whole = WholeFile().dump();
  for (size_t bytes = 0; bytes < whole.size(); bytes += 97) {
    EXPECT_NE(LoadError(whole.substr(0, bytes)).find("tokenizer.json"),
              std::string::npos)
        << bytes;
  }
  EXPECT_NE(LoadError(std::string(1'000'000, '[')).find("tokenizer.json"),
            std::string::npos);
}

}  // namespace
}  // namespace artspeak::text
