#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/utf8.h"
#include "tests/support/testing.h"
#include "text/byte_symbols.h"
#include "text/trainer.h"

namespace artspeak::text {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;
using Tokens = std::vector<TokenId>;

Tokenizer SmallTokenizer() {
  return TrainTokenizer(
      std::vector<std::string>{
          "the painter paints the painting; the café paints the painter “too”",
          "naïve colours, naïve café, 🎨🎨🎨 and the end of the endless text"},
      330, {});
}

std::string RandomBytes(base::RandomStream& random, size_t longest) {
  // Letters, spaces, pieces of characters and plain noise.
  static constexpr std::string_view kParts[] = {"a",
                                                "paint",
                                                " ",
                                                "\n",
                                                "  ",
                                                "é",
                                                "\xF0\x9F",
                                                "\x8E\xA8",
                                                "7",
                                                "'s",
                                                "<|endoftext|>",
                                                "\xE2\x80"};
  std::string bytes;
  const size_t size = random.Below(longest);
  while (bytes.size() < size) {
    if (random.Below(4) == 0) {
      bytes.push_back(static_cast<char>(random.Below(256)));
    } else {
      bytes += kParts[random.Below(std::size(kParts))];
    }
  }
  return bytes;
}

TEST(Tokenizer, AnyBytesRoundTrip) {
  const Tokenizer tokenizer = SmallTokenizer();
  base::RandomStream random(1);
  for (int i = 0; i < 500; ++i) {
    const std::string bytes = RandomBytes(random, 200);
    ASSERT_EQ(tokenizer.Decode(tokenizer.Encode(bytes)), bytes);
    ASSERT_EQ(tokenizer.Decode(tokenizer.Encode(bytes, Specials::kAsTokens)),
              bytes);
  }
}

TEST(Tokenizer, EndOfTextIsATokenOnlyWhenAsked) {
  const Tokenizer tokenizer = SmallTokenizer();
  const TokenId end = tokenizer.end_of_text();
  const std::string text = "the<|endoftext|><|endoftext|> café";
  const Tokens as_tokens = tokenizer.Encode(text, Specials::kAsTokens);
  EXPECT_EQ(std::count(as_tokens.begin(), as_tokens.end(), end), 2);
  const Tokens as_text = tokenizer.Encode(text);
  EXPECT_EQ(std::count(as_text.begin(), as_text.end(), end), 0);
  EXPECT_EQ(tokenizer.Decode(as_tokens), text);
  EXPECT_EQ(tokenizer.Decode(as_text), text);
}

TEST(Tokenizer, AWordOfAHundredThousandLettersEncodes) {
  const Tokenizer tokenizer = SmallTokenizer();
  std::string word;
  while (word.size() < 100'000) word += "paintedthe";
  const Tokens tokens = tokenizer.Encode(word);
  EXPECT_LT(tokens.size(), word.size());
  EXPECT_EQ(tokenizer.Decode(tokens), word);
}

TEST(Tokenizer, SavedAndLoadedItIsTheSame) {
  const Tokenizer tokenizer = SmallTokenizer();
  TempDir directory;
  tokenizer.Save(directory / "new/folder");
  const Tokenizer loaded = Tokenizer::Load(directory / "new/folder");
  ASSERT_EQ(loaded.vocab_size(), tokenizer.vocab_size());
  EXPECT_EQ(loaded.end_of_text(), tokenizer.end_of_text());
  for (TokenId id = 0; id < loaded.vocab_size(); ++id) {
    ASSERT_EQ(loaded.TokenBytes(id), tokenizer.TokenBytes(id));
  }
  base::RandomStream random(2);
  for (int i = 0; i < 100; ++i) {
    const std::string bytes = RandomBytes(random, 300);
    ASSERT_EQ(loaded.Encode(bytes), tokenizer.Encode(bytes));
  }
}

TEST(Tokenizer, OldFileNamesLoadToo) {
  TempDir directory;
  const Tokenizer tokenizer = SmallTokenizer();
  tokenizer.Save(directory.path());
  fs::rename(directory / "vocab.json", directory / "encoder.json");
  fs::rename(directory / "merges.txt", directory / "vocab.bpe");
  EXPECT_EQ(Tokenizer::Load(directory.path()).vocab_size(),
            tokenizer.vocab_size());
}

TEST(Tokenizer, UnknownIdsAreErrors) {
  const Tokenizer tokenizer = SmallTokenizer();
  EXPECT_THROW(tokenizer.Decode(Tokens{0, -1}), base::Error);
  EXPECT_THROW(tokenizer.TokenBytes(tokenizer.vocab_size()), base::Error);
}

TEST(Tokenizer, TokensThatNoMergesLeadToStayUnused) {
  // A vocabulary may hold tokens its merges never make.
  Vocabulary vocabulary;
  for (int id = 0; id < 256; ++id) {
    vocabulary.tokens.push_back({static_cast<char>(ByteOfToken(id))});
  }
  vocabulary.tokens.insert(vocabulary.tokens.end(),
                           {"ab", "abc", "<|endoftext|>"});
  vocabulary.merges = {{64, 65}};  // a b
  const Tokenizer tokenizer(std::move(vocabulary));
  EXPECT_EQ(tokenizer.Encode("abc"), (Tokens{256, 66}));
}

std::string LoadError(const fs::path& directory) {
  try {
    Tokenizer::Load(directory);
  } catch (const base::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Tokenizer, MalformedFilesAreNamedInOneSentence) {
  TempDir directory;
  const fs::path vocab = directory / "vocab.json";
  const fs::path merges = directory / "merges.txt";
  EXPECT_NE(LoadError(directory.path()).find("vocab.json"), std::string::npos);

  SmallTokenizer().Save(directory.path());
  const std::string good_vocab = base::ReadFile(vocab);
  const std::string good_merges = base::ReadFile(merges);
  const auto with = [&](const std::string& v, const std::string& m) {
    base::WriteFileAtomically(vocab, v);
    base::WriteFileAtomically(merges, m);
    return LoadError(directory.path());
  };
  const auto replaced = [](std::string text, const std::string& from,
                           const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_EQ(with(good_vocab, good_merges), "no error");

  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("{}"),
        good_vocab.substr(0, good_vocab.size() / 2),
        replaced(good_vocab, "\"!\": 0", "\"!\": 1"),
        replaced(good_vocab, "\"!\": 0", "\"!\": 99999"),
        replaced(good_vocab, "\"!\": 0", "\"!\": -1"),
        replaced(good_vocab, "\"!\": 0", "\"!\": \"0\""),
        replaced(good_vocab, "\"!\": 0",
                 "\"!\": " + std::string(1'000'000, '[') +
                     std::string(1'000'000, ']')),
        replaced(good_vocab, "\"!\": 0", "\"! !\": 0"),
        replaced(good_vocab, "\"!\": 0", "\"\xFF\": 0")}) {
    EXPECT_NE(with(bad, good_merges).find("vocab.json"), std::string::npos)
        << bad.substr(0, 40);
  }
  // Whole JSON, but not a byte-level vocabulary with an end.
  for (const auto& [from, to] :
       {std::pair("\"!\": 0", "\"zz\": 0"), std::pair("\"!\": 0", "\"\": 0"),
        std::pair("<|endoftext|>", "<|end|>")}) {
    EXPECT_NE(with(replaced(good_vocab, from, to), good_merges)
                  .find(directory.path().string()),
              std::string::npos)
        << to;
  }
  const std::string first = good_merges.substr(good_merges.find('\n') + 1);
  const std::string line = first.substr(0, first.find('\n') + 1);
  for (const std::string& bad :
       {std::string("one"), std::string("a b c"), std::string("qq zz"),
        std::string("\xFF b"), std::string(" a"), std::string("a ")}) {
    const std::string error = with(good_vocab, "#version: 0.2\n" + bad + "\n");
    EXPECT_NE(error.find("merges.txt line 2"), std::string::npos) << error;
  }
  EXPECT_NE(with(good_vocab, good_merges + line), "no error");  // twice
  // Cut at the end of a line, each line is right.
  for (size_t end = good_merges.size() - 1; end != good_merges.npos;
       end = end > 0 ? good_merges.rfind('\n', end - 1) : good_merges.npos) {
    const std::string error = with(good_vocab, good_merges.substr(0, end + 1));
    EXPECT_EQ(error.find("merges.txt is truncated") == error.npos,
              end + 1 == good_merges.size())
        << error;
  }
  fs::remove(merges);
  EXPECT_NE(LoadError(directory.path()).find("merges.txt"), std::string::npos);
}

TEST(Tokenizer, LinesOfMergesMayEndInCrLf) {
  TempDir directory;
  const Tokenizer tokenizer = SmallTokenizer();
  tokenizer.Save(directory.path());
  std::string merges;
  for (const char c : base::ReadFile(directory / "merges.txt")) {
    if (c == '\n') merges += '\r';
    merges += c;
  }
  base::WriteFileAtomically(directory / "merges.txt", merges);
  EXPECT_EQ(Tokenizer::Load(directory.path()).Encode("the painter"),
            tokenizer.Encode("the painter"));
}

TEST(ByteSymbols, NameEveryByteOnce) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  const std::string symbols = BytesToSymbols(bytes);
  EXPECT_EQ(base::CountCodePoints(symbols), 256u);
  EXPECT_EQ(SymbolsToBytes(symbols), bytes);
  EXPECT_EQ(BytesToSymbols("\n the"), "ĊĠthe");
  EXPECT_EQ(SymbolsToBytes("a b"), std::nullopt);
  EXPECT_EQ(SymbolsToBytes("\u0144"), std::nullopt);
  EXPECT_EQ(SymbolsToBytes("\xFF"), std::nullopt);
}

TEST(StreamDecoder, NeverEmitsHalfACharacter) {
  const Tokenizer tokenizer = SmallTokenizer();
  StreamDecoder decoder(tokenizer);
  const std::string text = "🎨é";
  std::vector<std::string> parts;
  for (const char byte : text) {  // one token a byte
    for (TokenId id = 0; id < 256; ++id) {
      if (tokenizer.TokenBytes(id) == std::string_view(&byte, 1)) {
        parts.push_back(decoder.Push(id));
      }
    }
  }
  EXPECT_EQ(parts, (std::vector<std::string>{"", "", "", "🎨", "", "é"}));
  EXPECT_EQ(decoder.Finish(), "");
}

TEST(StreamDecoder, AllItEmitsIsTheDecodedTextMadeValid) {
  const Tokenizer tokenizer = SmallTokenizer();
  base::RandomStream random(3);
  for (int i = 0; i < 1000; ++i) {
    // Any ids in a row, or a text with noise in it and its characters cut.
    Tokens tokens(random.Below(40));
    for (TokenId& token : tokens) {
      token = static_cast<TokenId>(random.Below(tokenizer.vocab_size()));
    }
    if (i % 2) tokens = tokenizer.Encode(RandomBytes(random, 60));
    StreamDecoder decoder(tokenizer);
    std::string streamed;
    for (const TokenId token : tokens) {
      const std::string part = decoder.Push(token);
      ASSERT_TRUE(base::IsValidUtf8(part));
      streamed += part;
    }
    streamed += decoder.Finish();
    ASSERT_EQ(streamed, base::ToValidUtf8(tokenizer.Decode(tokens)));
  }
}

TEST(StreamDecoder, AfterFinishItIsAsNew) {
  const Tokenizer tokenizer = SmallTokenizer();
  StreamDecoder decoder(tokenizer);
  EXPECT_EQ(decoder.Push(tokenizer.Encode("\xF0")[0]), "");
  EXPECT_EQ(decoder.Finish(), "\uFFFD");
  EXPECT_EQ(decoder.Push(tokenizer.Encode("!")[0]), "!");
}

// Texts with the ids that two other tokenizers give them.
TEST(Gpt2Tokenizer, AgreesWithOthersOnEveryCase) {
  const auto data = testing::SharedData();
  if (!data) GTEST_SKIP() << "no shared data: GPT-2's vocabulary is not here";
  const Tokenizer tokenizer = Tokenizer::Load(*data / "gpt2-vocab");
  EXPECT_EQ(tokenizer.vocab_size(), 50257);
  EXPECT_EQ(tokenizer.end_of_text(), 50256);
  EXPECT_EQ(tokenizer.Encode("Hello world"), (Tokens{15496, 995}));

  std::ifstream cases(*data / "tokenizer-parity/cases.jsonl");
  int count = 0, specials = 0;
  for (std::string line; std::getline(cases, line); ++count) {
    const auto expected = nlohmann::json::parse(line);
    const auto text = expected["text"].get<std::string>();
    const auto ids = expected["ids"].get<Tokens>();
    const bool special = expected.value("special", false);
    specials += special;
    ASSERT_EQ(tokenizer.Encode(
                  text, special ? Specials::kAsTokens : Specials::kAsText),
              ids)
        << text;
    ASSERT_EQ(tokenizer.Decode(ids), text);
  }
  EXPECT_GE(count, 3400);
  EXPECT_GT(specials, 0);
}

TEST(Gpt2Tokenizer, SavedItsMergesStandInTheirOrder) {
  const auto data = testing::SharedData();
  if (!data) GTEST_SKIP() << "no shared data: GPT-2's vocabulary is not here";
  TempDir directory;
  Tokenizer::Load(*data / "gpt2-vocab").Save(directory.path());
  EXPECT_EQ(base::ReadFile(directory / "merges.txt"),
            base::ReadFile(*data / "gpt2-vocab/vocab.bpe"));
  EXPECT_EQ(
      nlohmann::json::parse(base::ReadFile(directory / "vocab.json")),
      nlohmann::json::parse(base::ReadFile(*data / "gpt2-vocab/encoder.json")));
}

TEST(Tokenizer, DigestTellsVocabulariesApart) {
  TempDir directory;
  const Tokenizer tokenizer = SmallTokenizer();
  tokenizer.Save(directory.path());
  EXPECT_EQ(tokenizer.Digest().size(), 16u);
  EXPECT_EQ(Tokenizer::Load(directory.path()).Digest(), tokenizer.Digest());

  const Vocabulary whole = ReadVocabulary(directory.path());
  Vocabulary renamed = whole;
  std::swap(renamed.tokens[0], renamed.tokens[1]);  // no merge has them
  Vocabulary reordered = whole;
  std::swap(reordered.merges[3], reordered.merges[4]);
  for (const Vocabulary& other : {renamed, reordered}) {
    EXPECT_NE(Tokenizer(other).Digest(), tokenizer.Digest());
  }
}

}  // namespace
}  // namespace artspeak::text
