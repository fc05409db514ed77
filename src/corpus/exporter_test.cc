#include "corpus/exporter.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "corpus/reader.h"
#include "tests/support/full_disk.h"
#include "tests/support/testing.h"

namespace artspeak::corpus {
namespace {

using base::WriteFileAtomically;
using testing::TempDir;
using Texts = std::vector<std::string>;

Texts TextsOf(const std::vector<Document>& documents) {
  Texts texts;
  for (const Document& document : documents) texts.push_back(document.text);
  return texts;
}

const std::vector<Document> kDocuments = {
    {"One, \"two\"\n\nthree – ä", "A title", "book", "http://x/1", "1999-01"},
    {" spaced ", "", "", "", ""}};

TEST(ExportDataset, CsvIsReadBackTextFirst) {
  TempDir directory;
  ExportDataset(kDocuments, directory / "a.csv");
  EXPECT_TRUE(base::ReadFile(directory / "a.csv")
                  .starts_with("text,title,date,url\r\n"));
  const auto documents = ReadDataset(directory / "a.csv");
  EXPECT_EQ(TextsOf(documents), TextsOf(kDocuments));
  EXPECT_EQ(documents[0].title, "A title");
  EXPECT_EQ(documents[0].date, "1999-01");
  EXPECT_EQ(documents[0].url, "http://x/1");
}

TEST(ExportDataset, JsonLinesKeepEverything) {
  TempDir directory;
  ExportDataset(kDocuments, directory / "a.jsonl");
  const auto documents = ReadDataset(directory / "a.jsonl");
  EXPECT_EQ(TextsOf(documents), TextsOf(kDocuments));
  EXPECT_EQ(documents[0].source, "book");
}

TEST(ExportDataset, TextEndsEachDocumentWithTheMarker) {
  TempDir directory;
  ExportDataset(kDocuments, directory / "a.txt");
  EXPECT_EQ(base::ReadFile(directory / "a.txt"),
            "One, \"two\"\n\nthree – ä<|endoftext|>\n spaced "
            "<|endoftext|>\n");
  EXPECT_EQ(TextsOf(ReadDataset(directory / "a.txt")), TextsOf(kDocuments));
}

TEST(ExportDataset, WhatCannotBeWrittenLeavesTheOldFile) {
  TempDir directory;
  WriteFileAtomically(directory / "a.csv", "old");
  EXPECT_THROW(ExportDataset({}, directory / "a.csv"), base::Error);
  EXPECT_THROW(ExportDataset(kDocuments, directory / "a.xml"), base::Error);
  EXPECT_THROW(ExportDataset(kDocuments, directory / "no/a.csv"), base::Error);
  EXPECT_EQ(base::ReadFile(directory / "a.csv"), "old");
}

TEST(ExportDataset, AFullDiskLeavesTheOldFile) {
  TempDir directory;
  for (const char* name : {"a.csv", "a.jsonl", "a.txt"}) {
    WriteFileAtomically(directory / name, "old");
    {
      const testing::FullDisk full(10);
      EXPECT_THROW(ExportDataset(kDocuments, directory / name), base::Error);
    }
    EXPECT_EQ(base::ReadFile(directory / name), "old");
  }
}

}  // namespace
}  // namespace artspeak::corpus
