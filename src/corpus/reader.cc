#include "corpus/reader.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "archive/archive_database.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "corpus/csv.h"
#include "corpus/markers.h"
#include "corpus/npz.h"

namespace artspeak::corpus {

namespace fs = std::filesystem;
using base::Error;
using nlohmann::json;

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kDigestBytes = 16;
constexpr size_t kPartBytes = 1 << 20;

// The members of a document besides its text, by the name of column or key.
constexpr std::array<std::pair<std::string_view, std::string Document::*>, 4>
    kFields = {{{"title", &Document::title},
                {"source", &Document::source},
                {"url", &Document::url},
                {"date", &Document::date}}};

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == line.npos;
}

// Adds the document, or those between its markers.
void AddDocument(Document document, const fs::path& path,
                 std::vector<Document>& out) {
  if (document.source.empty()) document.source = path.filename().string();
  std::string text = std::exchange(document.text, {});
  const std::vector<std::string_view> parts = SplitAtMarkers(text);
  if (parts.size() == 1 && parts[0].size() == text.size()) {
    document.text = std::move(text);  // without a copy: it may be a whole book
    out.push_back(std::move(document));
    return;
  }
  for (const std::string_view part : parts) {
    out.push_back(document);
    out.back().text = part;
  }
}

// Removes what is not UTF-8; how many bytes that were.
size_t DropInvalidUtf8(std::string& text) {
  if (base::IsValidUtf8(text)) return 0;
  const size_t before = text.size();
  std::string valid;
  valid.reserve(before);
  for (std::string_view rest = text; !rest.empty();) {
    const base::Utf8Character c = base::DecodeUtf8(rest);
    const auto size = static_cast<size_t>(c.bytes);
    if (c.valid) valid += rest.substr(0, size);
    rest.remove_prefix(size);
  }
  text = std::move(valid);
  return before - text.size();
}

void ReadText(std::string content, const fs::path& path,
              std::vector<Document>& out) {
  if (content.starts_with(kByteOrderMark)) {
    content.erase(0, kByteOrderMark.size());
  }
  AddDocument({std::move(content), "", "", "", ""}, path, out);
}

void ReadCsv(const std::string& content, const fs::path& path,
             const ReadOptions& options, std::vector<Document>& out) {
  CsvReader reader(content);
  const auto next = [&] {
    try {
      return reader.Next();
    } catch (const Error& error) {
      throw Error("cannot read {}: {}", path.string(), error.what());
    }
  };
  const auto header = next();
  if (!header) return;
  const auto column_of = [&](std::string_view name) {
    return static_cast<size_t>(std::find(header->begin(), header->end(), name) -
                               header->begin());
  };
  size_t text_column = 0;
  if (!options.column.empty()) {
    text_column = column_of(options.column);
    if (text_column == header->size()) {
      std::string names;
      for (const std::string& name : *header) {
        names += (names.empty() ? "" : ", ") + name.substr(0, 60);
      }
      throw Error("{} has no column {}: it has {}", path.string(),
                  options.column, names);
    }
  }
  std::array<size_t, kFields.size()> columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i] = column_of(kFields[i].first);
  }
  while (auto record = next()) {
    const auto take = [&](size_t column) {
      return column < record->size() ? std::move((*record)[column])
                                     : std::string();
    };
    Document document;
    document.text = take(text_column);
    for (size_t i = 0; i < columns.size(); ++i) {
      // A record may be longer than the header; what is there has no name.
      if (columns[i] == text_column || columns[i] == header->size()) continue;
      document.*kFields[i].second = take(columns[i]);
    }
    AddDocument(std::move(document), path, out);
  }
}

void ReadJsonLines(std::string_view content, const fs::path& path,
                   const ReadOptions& options, std::vector<Document>& out) {
  const std::string text_key = options.column.empty() ? "text" : options.column;
  if (content.starts_with(kByteOrderMark)) {
    content.remove_prefix(kByteOrderMark.size());
  }
  for (int line = 1; !content.empty(); ++line) {
    const size_t end = std::min(content.find('\n'), content.size());
    const std::string_view text = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (IsBlank(text)) continue;
    const json object = json::parse(text, nullptr, false);
    const auto string_at = [&](std::string_view key) {
      const auto found = object.find(key);
      if (found == object.end()) return std::string();
      // Dates are often numbers (a year).
      if (found->is_number()) return found->dump();
      return found->is_string() ? found->get<std::string>() : std::string();
    };
    if (!object.is_object() || !object.contains(text_key) ||
        !object[text_key].is_string()) {
      throw Error(
          "{} line {} is not a JSON object with a string \"{}\": mend or "
          "remove that line",
          path.string(), line, text_key);
    }
    Document document;
    document.text = string_at(text_key);
    for (const auto& [name, member] : kFields) {
      document.*member = string_at(name);
    }
    AddDocument(std::move(document), path, out);
  }
}

void ReadArchive(const fs::path& path, std::vector<Document>& out) {
  for (archive::ArchivedDocument& page : archive::ReadArchive(path)) {
    AddDocument({std::move(page.text), std::move(page.title), "",
                 std::move(page.url), std::move(page.date)},
                path, out);
  }
}

void ReadTokens(const fs::path& path, const ReadOptions& options,
                std::vector<Document>& out) {
  if (!options.take_tokens) {
    throw Error(
        "{} holds the tokens of a model, not text: give the text they were "
        "made from",
        path.string());
  }
  for (std::vector<int32_t>& tokens : ReadTokenArrays(path)) {
    if (tokens.empty()) continue;
    Document& document = out.emplace_back();
    document.source = path.filename().string();
    document.tokens = std::move(tokens);
  }
}

// Bytes that are not UTF-8, and where the first of them was.
struct LeftOut {
  size_t bytes = 0;
  fs::path first;
};

void ReadOneFile(const fs::path& path, const ReadOptions& options,
                 std::vector<Document>& out, LeftOut& left_out) {
  if (archive::IsArchive(path)) {
    ReadArchive(path, out);
    return;
  }
  const std::string extension = path.extension().string();
  if (extension == ".npz") {
    ReadTokens(path, options, out);
    return;
  }
  std::string content = base::ReadFile(path);
  if (content.find('\0') != content.npos) {
    throw Error(
        "{} is not UTF-8 text (it holds zero bytes): save it as UTF-8 "
        "first",
        path.string());
  }
  if (const size_t bytes = DropInvalidUtf8(content); bytes > 0) {
    if (left_out.bytes == 0) left_out.first = path;
    left_out.bytes += bytes;
  }
  if (extension == ".csv") {
    ReadCsv(content, path, options, out);
  } else if (extension == ".jsonl") {
    ReadJsonLines(content, path, options, out);
  } else {
    ReadText(std::move(content), path, out);
  }
}

bool IsHidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

std::vector<fs::path> FilesUnder(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code failure, ignored;  // a link that leads nowhere is no file
  fs::recursive_directory_iterator entry(directory, failure);
  for (; !failure && entry != fs::recursive_directory_iterator();
       entry.increment(failure)) {
    const fs::path extension = entry->path().extension();
    if (IsHidden(entry->path())) {
      if (entry->is_directory(ignored)) entry.disable_recursion_pending();
    } else if (entry->is_regular_file(ignored) &&
               (extension == ".txt" || extension == ".csv" ||
                extension == ".jsonl" || extension == ".npz" ||
                (extension == ".db" && archive::IsArchive(entry->path())))) {
      files.push_back(entry->path());
    }
  }
  if (failure) {
    throw Error("cannot search the folder {}: {}", directory.string(),
                failure.message());
  }
  if (files.empty()) {
    throw Error(
        "the folder {} holds no .txt, .csv, .jsonl or .npz file and no "
        "archive: name "
        "the folder or file with the data set",
        directory.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> FilesMatching(const fs::path& pattern) {
  glob_t found{};
  const int failure = glob(pattern.c_str(), 0, nullptr, &found);
  std::error_code ignored;
  std::vector<fs::path> files;
  for (size_t i = 0; i < found.gl_pathc; ++i) {
    if (fs::is_regular_file(found.gl_pathv[i], ignored)) {
      files.emplace_back(found.gl_pathv[i]);
    }
  }
  globfree(&found);
  if (failure != 0 || files.empty()) {
    throw Error(
        "there is no data set {}: name a file, a folder, or a pattern "
        "that fits some file",
        pattern.string());
  }
  return files;
}

std::vector<fs::path> FilesOf(const fs::path& dataset) {
  std::error_code ignored;
  if (fs::is_directory(dataset, ignored)) return FilesUnder(dataset);
  if (!fs::exists(dataset, ignored)) return FilesMatching(dataset);
  if (!fs::is_regular_file(dataset, ignored)) {
    throw Error(
        "{} is a pipe or a device, which cannot be read twice: save the data "
        "set as a file first",
        dataset.string());
  }
  return {dataset};
}

// In parts: a data set may be larger than memory should hold at once.
std::string FileDigest(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  base::Blake2b hash(kDigestBytes);
  std::string part(kPartBytes, '\0');
  while (file) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    hash.Update(part.data(), static_cast<size_t>(file.gcount()));
  }
  if (!file.eof()) {
    throw Error("cannot read {}: check that the file may be read",
                path.string());
  }
  return hash.Finish();
}

}  // namespace

std::string DatasetDigest(const fs::path& dataset) {
  base::Blake2b hash(kDigestBytes);
  for (const fs::path& file : FilesOf(dataset)) {
    // The extension decides how the bytes are read.
    hash.Update(file.extension().string() + '\n' + FileDigest(file));
  }
  return hash.Finish();
}

std::vector<Document> ReadDataset(const fs::path& dataset,
                                  const ReadOptions& options) {
  std::vector<Document> documents;
  LeftOut left_out;
  for (const fs::path& file : FilesOf(dataset)) {
    ReadOneFile(file, options, documents, left_out);
  }
  if (left_out.bytes > 0 && options.notice) {
    options.notice(
        fmt::format("bytes that are not UTF-8 are left out ({} in all, the "
                    "first in {}): if "
                    "letters are missing, save the text as UTF-8",
                    left_out.bytes, left_out.first.string()));
  }
  if (documents.empty()) {
    throw Error("the data set {} is empty: name one with text in it",
                dataset.string());
  }
  return documents;
}

}  // namespace artspeak::corpus
