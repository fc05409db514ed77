#include "corpus/reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "archive/archive_database.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/support/npz_file.h"
#include "tests/support/testing.h"

namespace artspeak::corpus {
namespace {

namespace fs = std::filesystem;
using base::WriteFileAtomically;
using testing::TempDir;

std::vector<std::string> TextsOf(const std::vector<Document>& documents) {
  std::vector<std::string> texts;
  for (const Document& document : documents) texts.push_back(document.text);
  return texts;
}

using Texts = std::vector<std::string>;

std::string ErrorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.what();
  }
  return "no error";
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

TEST(ReadDataset, ATextFileIsOneDocument) {
  TempDir directory;
  WriteFileAtomically(directory / "a.txt", "\xEF\xBB\xBFone\n\ntwo\n");
  const auto documents = ReadDataset(directory / "a.txt");
  EXPECT_EQ(TextsOf(documents), Texts{"one\n\ntwo\n"});
  EXPECT_EQ(documents[0].source, "a.txt");
}

TEST(ReadDataset, ACsvDropsItsHeaderAndTakesTheFirstColumn) {
  TempDir directory;
  WriteFileAtomically(directory / "a.csv",
                      "Review,title,date\r\n\"one, \"\"quoted\"\"\nline\",A,"
                      "1999\r\n\r\n  ,blank,\r\ntwo\r\n"
                      "three,B,2000,no name\r\n");
  const auto documents = ReadDataset(directory / "a.csv");
  EXPECT_EQ(TextsOf(documents),
            (Texts{"one, \"quoted\"\nline", "two", "three"}));
  EXPECT_EQ(documents[0].title, "A");
  EXPECT_EQ(documents[0].date, "1999");
  EXPECT_EQ(documents[1].title, "");
  EXPECT_EQ(documents[2].url, "");
  EXPECT_EQ(documents[2].source, "a.csv");
}

TEST(ReadDataset, ACsvColumnMayBeNamed) {
  TempDir directory;
  WriteFileAtomically(directory / "a.csv", "id,title,body\n1,T,text one\n2\n");
  EXPECT_EQ(TextsOf(ReadDataset(directory / "a.csv", {"body"})),
            Texts{"text one"});
  EXPECT_EQ(TextsOf(ReadDataset(directory / "a.csv", {"title"})), Texts{"T"});
  const std::string error =
      ErrorOf([&] { ReadDataset(directory / "a.csv", {"text"}); });
  EXPECT_TRUE(Contains(error, "id, title, body")) << error;
}

TEST(ReadDataset, JsonLinesGiveTextAndWhatIsKnown) {
  TempDir directory;
  WriteFileAtomically(directory / "a.jsonl",
                      "{\"text\": \"caf\\u00e9\", \"title\": \"T\", \"date\": "
                      "1893, \"source\": \"S\", \"url\": null}\r\n\n"
                      "{\"text\": \" \"}\n{\"text\":\"two\"}");
  const auto documents = ReadDataset(directory / "a.jsonl");
  EXPECT_EQ(TextsOf(documents), (Texts{"café", "two"}));
  EXPECT_EQ(documents[0].title, "T");
  EXPECT_EQ(documents[0].date, "1893");
  EXPECT_EQ(documents[0].source, "S");
  EXPECT_EQ(documents[0].url, "");
}

TEST(ReadDataset, ABadJsonLineIsNamed) {
  TempDir directory;
  for (const std::string bad : {"{", "[]", "\"text\"", "{\"body\":\"x\"}",
                                "{\"text\":1}", "{\"text\":\"x\"} y"}) {
    WriteFileAtomically(directory / "a.jsonl",
                        "{\"text\":\"fine\"}\n" + bad + "\n");
    const std::string error =
        ErrorOf([&] { ReadDataset(directory / "a.jsonl"); });
    EXPECT_TRUE(Contains(error, "a.jsonl line 2")) << bad << ": " << error;
  }
}

TEST(ReadDataset, MarkersPartTheDocumentsOfEveryForm) {
  TempDir directory;
  const std::string marked =
      "<|startoftext|>One.<|endoftext|>\n<|startoftext|>Two<|endoftext|>\n";
  WriteFileAtomically(directory / "a.txt", "\xEF\xBB\xBF" + marked);
  const auto documents = ReadDataset(directory / "a.txt");
  EXPECT_EQ(TextsOf(documents), (Texts{"One.", "Two"}));
  EXPECT_EQ(documents[1].source, "a.txt");
  WriteFileAtomically(directory / "a.csv",
                      "text,title\n<|startoftext|>One<|endoftext|>,A\n"
                      "\"" +
                          marked + "\",B\n<|startoftext|><|endoftext|>\n");
  const auto records = ReadDataset(directory / "a.csv");
  EXPECT_EQ(TextsOf(records), (Texts{"One", "One.", "Two"}));
  EXPECT_EQ(records[0].title, "A");
  EXPECT_EQ(records[2].title, "B");
  WriteFileAtomically(
      directory / "a.jsonl",
      "{\"text\": \"<|startoftext|>\\nOne\\n<|endoftext|>\"}\n");
  EXPECT_EQ(TextsOf(ReadDataset(directory / "a.jsonl")), Texts{"\nOne\n"});
}

TEST(ReadDataset, ACsvFieldMayBeLongerThan131072Characters) {
  TempDir directory;
  const std::string poem(300'000, 'a');
  WriteFileAtomically(directory / "a.csv",
                      "text\n\"" + poem + "\"\nshort\n" + poem + "\n");
  EXPECT_TRUE(TextsOf(ReadDataset(directory / "a.csv")) ==
              (Texts{poem, "short", poem}));
}

TEST(ReadDataset, BytesThatAreNotUtf8AreLeftOutAndSaidOnce) {
  TempDir directory;
  WriteFileAtomically(directory / "a.txt", "caf\xE9 \xE9\xC3\xA9");
  WriteFileAtomically(directory / "b.csv", "text\n\xFFtwo\xC3\n");
  WriteFileAtomically(directory / "c.jsonl",
                      "{\"text\":\"thr\xFF"
                      "ee\"}");
  std::vector<std::string> notices;
  ReadOptions options;
  options.notice = [&](const std::string& line) { notices.push_back(line); };
  EXPECT_EQ(TextsOf(ReadDataset(directory.path(), options)),
            (Texts{"caf \xC3\xA9", "two", "three"}));
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_TRUE(Contains(notices[0], "5 in all")) << notices[0];
  EXPECT_TRUE(Contains(notices[0], "a.txt")) << notices[0];
  fs::remove(directory / "a.txt");
  WriteFileAtomically(directory / "b.csv", "text\ntwo\n");
  WriteFileAtomically(directory / "c.jsonl", "{\"text\":\"three\"}");
  ReadDataset(directory.path(), options);
  EXPECT_EQ(notices.size(), 1u);
}

TEST(ReadDataset, TokenFilesAreTakenOnlyWhereTheyAreWanted) {
  TempDir directory;
  WriteFileAtomically(directory / "a.npz", testing::Npz({{1, 2}, {}, {3}}));
  const std::string error = ErrorOf([&] { ReadDataset(directory / "a.npz"); });
  EXPECT_TRUE(Contains(error, "give the text")) << error;
  WriteFileAtomically(directory / "b.txt", "text");
  const auto documents =
      ReadDataset(directory.path(), {.column = "", .take_tokens = true});
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[0].tokens, (std::vector<int32_t>{1, 2}));
  EXPECT_EQ(documents[0].source, "a.npz");
  EXPECT_EQ(documents[1].tokens, std::vector<int32_t>{3});
  EXPECT_EQ(documents[2].text, "text");
  EXPECT_TRUE(documents[2].tokens.empty());
}

TEST(ReadDataset, AFolderIsReadInOrderOfNames) {
  TempDir directory;
  fs::create_directories(directory / "b/c");
  fs::create_directories(directory / ".hidden");
  WriteFileAtomically(directory / "z.txt", "last");
  WriteFileAtomically(directory / "b/c/x.csv", "text\nmiddle\n");
  WriteFileAtomically(directory / "a.jsonl", "{\"text\":\"first\"}");
  WriteFileAtomically(directory / ".hidden/a.txt", "no");
  WriteFileAtomically(directory / "picture.png", std::string("\0", 1));
  fs::create_symlink("loop.txt", directory / "loop.txt");  // to itself
  EXPECT_EQ(TextsOf(ReadDataset(directory.path())),
            (Texts{"first", "middle", "last"}));
  EXPECT_EQ(TextsOf(ReadDataset(directory / "*.txt")), Texts{"last"});
}

TEST(ReadDataset, AnArchiveGivesItsPages) {
  TempDir directory;
  {
    archive::ArchiveDatabase database(directory / "archive.db");
    const archive::NewLink links[] = {{"http://m/1"}, {"http://m/2"}};
    database.AddLinks(links);
    std::vector<archive::Outcome> outcomes;
    for (const archive::Link& link : database.Pending(10)) {
      archive::Outcome& outcome = outcomes.emplace_back();
      outcome.link = link.id;
      outcome.document = {link.url, "Title", "1999-01-02",
                          "Text of " + link.url};
    }
    database.Commit(outcomes);
  }
  fs::rename(directory / "archive.db", directory / "pages");  // by its content
  const auto documents = ReadDataset(directory / "pages");
  EXPECT_EQ(TextsOf(documents),
            (Texts{"Text of http://m/1", "Text of http://m/2"}));
  EXPECT_EQ(documents[0].title, "Title");
  EXPECT_EQ(documents[0].url, "http://m/1");
  EXPECT_EQ(documents[0].date, "1999-01-02");
  fs::rename(directory / "pages", directory / "archive.db");
  EXPECT_EQ(ReadDataset(directory.path()).size(), 2u);
}

TEST(ReadDataset, WhatHoldsNoTextIsOneSentence) {
  TempDir directory;
  WriteFileAtomically(directory / "empty.txt", "");
  WriteFileAtomically(directory / "blank.txt", " \n");
  WriteFileAtomically(directory / "header.csv", "text,title\n\n,x\n");
  WriteFileAtomically(directory / "none.jsonl", "\n");
  for (const char* name :
       {"empty.txt", "blank.txt", "header.csv", "none.jsonl"}) {
    const std::string error = ErrorOf([&] { ReadDataset(directory / name); });
    EXPECT_TRUE(Contains(error, name) && Contains(error, "empty")) << error;
  }
  fs::create_directory(directory / "folder");
  EXPECT_TRUE(Contains(ErrorOf([&] { ReadDataset(directory / "folder"); }),
                       "holds no .txt"));
  EXPECT_TRUE(Contains(ErrorOf([&] { ReadDataset(directory / "nowhere.csv"); }),
                       "there is no data set"));
}

TEST(ReadDataset, WhatIsNotTextIsRefused) {
  TempDir directory;
  WriteFileAtomically(directory / "a.txt", std::string("\xFF\xFEh\0i\0", 6));
  EXPECT_TRUE(
      Contains(ErrorOf([&] { ReadDataset(directory / "a.txt"); }), "UTF-8"));
  WriteFileAtomically(directory / "a.csv", "text\n\"open");
  EXPECT_TRUE(Contains(ErrorOf([&] { ReadDataset(directory / "a.csv"); }),
                       "a.csv: line 2"));
}

TEST(ReadDataset, APipeIsRefused) {
  TempDir directory;
  ASSERT_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(
      Contains(ErrorOf([&] { ReadDataset(directory / "pipe"); }), "twice"));
}

TEST(DatasetDigest, CountsBytesNamesEndingsAndOrderButNotPlaceOrTime) {
  TempDir directory;
  const fs::path data = directory / "data";
  fs::create_directory(data);
  WriteFileAtomically(data / "a.txt", "one");
  WriteFileAtomically(data / "b.txt", "two");
  const std::string before = DatasetDigest(data);
  EXPECT_EQ(before.size(), 16u);

  fs::copy(data, directory / "copy");
  fs::rename(directory / "copy" / "b.txt", directory / "copy" / "c.txt");
  fs::last_write_time(directory / "copy" / "a.txt", {});
  EXPECT_EQ(DatasetDigest(directory / "copy"), before);
  EXPECT_EQ(DatasetDigest(data / "*.txt"), before);

  const auto differs = [&](const fs::path& file, const std::string& content) {
    const fs::path other = directory / "other";
    fs::remove_all(other);
    fs::copy(data, other);
    WriteFileAtomically(other / file, content);
    return DatasetDigest(other) != before;
  };
  EXPECT_FALSE(differs("a.txt", "one"));
  EXPECT_TRUE(differs("a.txt", "onf"));
  EXPECT_TRUE(differs("c.txt", ""));
  fs::rename(data / "b.txt", data / "0.txt");
  EXPECT_NE(DatasetDigest(data), before);
  fs::rename(data / "0.txt", data / "b.csv");
  EXPECT_NE(DatasetDigest(data), before);
}

TEST(DatasetDigest, SeesAChangeWhereverItIsInALargeFile) {
  TempDir directory;
  std::string content(2'500'000, 'x');
  WriteFileAtomically(directory / "a.txt", content);
  const std::string before = DatasetDigest(directory / "a.txt");
  for (const size_t at : {size_t{0}, size_t{1} << 20, content.size() - 1}) {
    content[at] = 'y';
    WriteFileAtomically(directory / "a.txt", content);
    EXPECT_NE(DatasetDigest(directory / "a.txt"), before) << at;
    content[at] = 'x';
  }
}

TEST(DatasetDigest, WhatIsNotThereIsOneSentence) {
  TempDir directory;
  EXPECT_TRUE(Contains(ErrorOf([&] { DatasetDigest(directory / "none.txt"); }),
                       "there is no data set"));
}

}  // namespace
}  // namespace artspeak::corpus
