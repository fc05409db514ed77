#include "corpus/exporter.h"

#include <nlohmann/json.hpp>
#include <string>

#include "base/csv_record.h"
#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "text/vocabulary.h"

namespace artspeak::corpus {

namespace {

std::string JsonLine(const Document& document) {
  nlohmann::ordered_json object;
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) object[key] = base::ToValidUtf8(value);
  };
  object["text"] = base::ToValidUtf8(document.text);
  put("title", document.title);
  put("source", document.source);
  put("url", document.url);
  put("date", document.date);
  return object.dump() + "\n";
}

}  // namespace

void ExportDataset(std::span<const Document> documents,
                   const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension != ".csv" && extension != ".jsonl" && extension != ".txt") {
    throw base::Error(
        "cannot tell how to write {}: end its name in .csv, "
        ".jsonl or .txt",
        path.string());
  }
  if (documents.empty()) {
    throw base::Error(
        "there is no document to write to {}: the data set "
        "holds no text",
        path.string());
  }
  base::AtomicFile file(path);
  if (extension == ".csv") {
    file.Write(base::CsvRecord({"text", "title", "date", "url"}));
  }
  for (const Document& document : documents) {
    if (extension == ".csv") {
      file.Write(base::CsvRecord(
          {document.text, document.title, document.date, document.url}));
    } else if (extension == ".jsonl") {
      file.Write(JsonLine(document));
    } else {
      file.Write(document.text);
      file.Write(text::kEndOfText);
      file.Write("\n");
    }
  }
  file.Commit();
}

}  // namespace artspeak::corpus
