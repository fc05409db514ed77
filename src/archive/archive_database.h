// The archive: everything a crawl found, in one SQLite file. Links and what
// became of them, raw pages (zstd), and the documents read from them.
// The tables and their version are at the head of archive_database.cc.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace artspeak::archive {

// One text of the archive. `text` has its paragraphs separated by blank lines;
// `date` is as the page writes it, or YYYY-MM-DD when the page says so in a
// form for machines. Title and date may be empty.
struct ArchivedDocument {
  std::string url;
  std::string title;
  std::string date;
  std::string text;
};

// True if `path` is a file that begins like an archive.
bool IsArchive(const std::filesystem::path& path);

// Every document in the order it was found. Safe beside a running crawl.
// Throws Error when `path` is not an archive, is damaged, or is from a newer
// version.
std::vector<ArchivedDocument> ReadArchive(const std::filesystem::path& path);

enum class LinkKind {
  kList,      // a page of links
  kDocument,  // a page with a text
};

enum class LinkState { kPending, kDone, kFailed, kSkipped };

struct Link {
  int64_t id = 0;
  std::string url;
  LinkKind kind = LinkKind::kDocument;
  int redirects = 0;  // how many redirects led to it
};

struct NewLink {
  std::string url;
  LinkKind kind = LinkKind::kDocument;
  int redirects = 0;
};

// A page as it came from the server.
struct RawPage {
  std::string content_type;  // the header, or ""
  std::string etag;
  std::string last_modified;
  std::string body;
};

// What became of one link.
struct Outcome {
  int64_t link = 0;
  LinkState state = LinkState::kDone;
  std::string reason;      // why it failed or was skipped: one sentence
  bool try_again = false;  // failed or skipped, but the next crawl tries again
  std::optional<RawPage> page;
  std::optional<ArchivedDocument> document;
  std::vector<NewLink> found;
};

struct Failure {
  std::string url;
  std::string reason;
};

struct ArchiveCounts {
  int64_t documents = 0;  // texts stored
  int64_t failed = 0;     // links of both kinds
  int64_t skipped = 0;
  int64_t pending = 0;
  int64_t pending_documents = 0;
};

// The crawler's side: one writer at a time, held by a lock file beside the
// database. A kill at any moment leaves the last Commit. Every function throws
// Error naming the file. Not thread-safe.
class ArchiveDatabase {
 public:
  // Opens or creates.
  explicit ArchiveDatabase(const std::filesystem::path& path);
  ~ArchiveDatabase();
  ArchiveDatabase(const ArchiveDatabase&) = delete;
  ArchiveDatabase& operator=(const ArchiveDatabase&) = delete;

  const std::filesystem::path& path() const;

  // Adds what is not known yet; returns how many of them are documents.
  int64_t AddLinks(std::span<const NewLink> links);
  // All outcomes and the links they found, in one transaction; returns how many
  // new documents were found.
  int64_t Commit(std::span<const Outcome> outcomes);

  // The oldest pending links, `limit` at most.
  std::vector<Link> Pending(int limit) const;
  // Links whose outcome allows it are pending again.
  void ReopenFailures();
  // Every list is pending again: a new visit looks for what is new.
  void ReopenLists();
  // Whatever failed or was skipped without a stored page is pending again.
  void ReopenUnfetched();

  std::optional<RawPage> FindPage(int64_t link) const;
  // The links that have a stored page.
  std::vector<Link> Stored() const;

  ArchiveCounts Counts() const;
  std::vector<Failure> Failures() const;  // failed links, oldest first

  // A small note kept with the archive, such as the recipe's rules.
  std::string Note(std::string_view key) const;  // "" when never set
  void SetNote(std::string_view key, std::string_view value);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::archive
