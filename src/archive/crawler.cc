#include "archive/crawler.h"

#include <algorithm>
#include <vector>

#include "archive/extractor.h"
#include "archive/fetcher.h"
#include "base/error.h"

namespace artspeak::archive {

namespace {

constexpr int kMaxRedirects = 5;
// So many links in a row without an answer: the site is gone, not the page.
constexpr int kMaxUnanswered = 3;
// A kill loses what was not committed, and a commit waits for the disk: pages
// between pauses are committed one by one, quick ones together.
constexpr double kCommitSeconds = 1.0;
constexpr size_t kCommitBytes = 16 << 20;
constexpr int kChunk = 256;  // links asked for at a time

class Crawler {
 public:
  Crawler(const Recipe& recipe, ArchiveDatabase& database,
          const CrawlOptions& options, base::Clock& clock,
          const base::ProgressCallback& progress, std::stop_token stop)
      : recipe_(recipe),
        database_(database),
        options_(options),
        progress_(progress),
        stop_(std::move(stop)),
        pauses_(recipe.delay
                    ? recipe.delay->most > 0
                    : !std::all_of(recipe.start.begin(), recipe.start.end(),
                                   &net::IsLoopback)),
        fetcher_(recipe, clock,
                 base::RandomStream(static_cast<uint64_t>(
                     clock.Now().time_since_epoch().count()))) {}

  CrawlReport Run() {
    Prepare();
    Report("");
    for (bool more = true; more;) {
      const std::vector<Link> links = database_.Pending(kChunk);
      more = !links.empty();
      for (const Link& link : links) {
        if (stop_.stop_requested() || LimitReached()) {
          more = false;
          break;
        }
        if (!Visit(link)) break;
      }
      Flush();
    }
    const ArchiveCounts counts = database_.Counts();
    return {counts.documents, new_documents_, counts.failed,
            counts.skipped,   counts.pending, stop_.stop_requested()};
  }

 private:
  // Brings the archive's links to where this run begins.
  void Prepare() {
    const ArchiveCounts before = database_.Counts();
    const bool finished = before.pending == 0;
    std::vector<NewLink> starts;
    for (const net::Url& url : recipe_.start) {
      starts.push_back({url.text(),
                        recipe_.pages ? LinkKind::kList : LinkKind::kDocument,
                        0});
    }
    database_.AddLinks(starts);
    const std::string rules = recipe_.Rules();
    const std::string known = database_.Note("rules");
    if (known != rules) {
      if (!known.empty()) {
        ReadStoredPagesAgain();
        database_.ReopenUnfetched();
      }
      database_.SetNote("rules", rules);
    }
    database_.ReopenFailures();
    if (finished) database_.ReopenLists();
    const ArchiveCounts counts = database_.Counts();
    done_ = counts.documents;
    known_ = done_ + counts.pending_documents;
  }

  void ReadStoredPagesAgain() {
    for (const Link& link : database_.Stored()) {
      const auto page = database_.FindPage(link.id);
      const auto url = net::ParseUrl(link.url);
      if (!page || !url) continue;
      batch_.push_back(Read(link, *url, *page));
      batch_.back().page.reset();  // it is there already
      if (batch_.size() == kChunk) Flush();
    }
    Flush();
  }

  // Fetches and reads one link. False when the chunk should be asked for anew.
  bool Visit(const Link& link) {
    const auto url = net::ParseUrl(link.url);
    if (!url || !recipe_.Allows(*url)) {
      Finish(link, Refused(link, LinkState::kSkipped,
                           "it lies outside the allowed hosts", false));
      return true;
    }
    std::optional<RawPage> earlier;
    if (link.kind == LinkKind::kList) earlier = database_.FindPage(link.id);
    Fetched fetched =
        fetcher_.Fetch(*url, earlier ? earlier->etag : "",
                       earlier ? earlier->last_modified : "", stop_);
    if (fetched.status == FetchStatus::kStopped) return false;
    Finish(link, Judge(link, *url, fetched, earlier));

    unanswered_ = fetched.no_answer ? unanswered_ + 1 : 0;
    if (unanswered_ == kMaxUnanswered) {
      Flush();
      throw base::Error(
          "{}; what was fetched is kept, run the crawl again to go on",
          fetched.reason);
    }
    return true;
  }

  Outcome Judge(const Link& link, const net::Url& url, Fetched& fetched,
                const std::optional<RawPage>& earlier) {
    switch (fetched.status) {
      case FetchStatus::kPage: {
        const auto header = [&](std::string_view name) {
          const std::string* value = fetched.answer.Find(name);
          return value == nullptr ? std::string() : *value;
        };
        return Read(link, url,
                    {header("Content-Type"), header("ETag"),
                     header("Last-Modified"), std::move(fetched.answer.body)});
      }
      case FetchStatus::kNotModified: {
        if (!earlier) {
          return Refused(link, LinkState::kFailed,
                         "the server says that it has not changed, but it was "
                         "never here",
                         true);
        }
        return Read(link, url, *earlier);
      }
      case FetchStatus::kMoved:
        return Moved(link, url, fetched.location);
      case FetchStatus::kForbidden:
        return Refused(link, LinkState::kSkipped, fetched.reason, true);
      case FetchStatus::kUnavailable:
        return Refused(link, LinkState::kFailed, fetched.reason, true);
      default:
        return Refused(link, LinkState::kFailed, fetched.reason, false);
    }
  }

  // A redirect ends this link; where it leads is a link like any other, so it
  // is fetched once however many lead there.
  Outcome Moved(const Link& link, const net::Url& url,
                const std::string& location) {
    const auto target = net::ResolveUrl(url, location);
    if (!target) {
      return Refused(link, LinkState::kFailed,
                     "it moved to something that is no address", false);
    }
    if (!recipe_.Allows(*target)) {
      return Refused(link, LinkState::kSkipped,
                     fmt::format("it moved to {}: add that host to "
                                 "allowed_hosts if it belongs to the archive",
                                 target->authority()),
                     false);
    }
    if (link.redirects >= kMaxRedirects || target->text() == url.text()) {
      return Refused(link, LinkState::kFailed, "its redirects lead nowhere",
                     false);
    }
    Outcome outcome = Refused(link, LinkState::kSkipped,
                              "it moved to " + target->text(), false);
    outcome.found.push_back({target->text(), link.kind, link.redirects + 1});
    return outcome;
  }

  // Takes the text or the links out of a page.
  Outcome Read(const Link& link, const net::Url& url, RawPage page) const {
    Outcome outcome;
    outcome.link = link.id;
    try {
      CheckIsHtml(page.content_type, page.body);
    } catch (const base::Error& error) {
      return Refused(link, LinkState::kFailed, error.what(), false);
    }
    try {
      if (link.kind == LinkKind::kList) {
        outcome.found = ExtractLinks(recipe_, url, page);
      } else {
        outcome.document = ExtractDocument(recipe_, url, page);
      }
    } catch (const base::Error& error) {
      outcome.state = LinkState::kFailed;
      outcome.reason = error.what();
    }
    outcome.page = std::move(page);
    return outcome;
  }

  static Outcome Refused(const Link& link, LinkState state, std::string reason,
                         bool try_again) {
    Outcome outcome;
    outcome.link = link.id;
    outcome.state = state;
    outcome.reason = std::move(reason);
    outcome.try_again = try_again;
    return outcome;
  }

  void Finish(const Link& link, Outcome outcome) {
    if (link.kind == LinkKind::kDocument) {
      ++visited_;
      ++done_;
      if (outcome.document) ++new_documents_;
    }
    if (outcome.page) batch_bytes_ += outcome.page->body.size();
    batch_.push_back(std::move(outcome));
    if (pauses_ || batch_bytes_ > kCommitBytes ||
        since_commit_.seconds() - committed_at_ > kCommitSeconds) {
      Flush();
    }
    Report(link.url);
  }

  void Flush() {
    known_ += database_.Commit(batch_);
    batch_.clear();
    batch_bytes_ = 0;
    committed_at_ = since_commit_.seconds();
  }

  bool LimitReached() const {
    return options_.limit > 0 && visited_ >= options_.limit;
  }

  void Report(const std::string& note) {
    if (!progress_) return;
    int64_t total = std::max(known_, done_);
    if (options_.limit > 0) {
      total = std::min(total, done_ + options_.limit - visited_);
    }
    progress_({done_, total, note});
  }

  const Recipe& recipe_;
  ArchiveDatabase& database_;
  const CrawlOptions& options_;
  const base::ProgressCallback& progress_;
  std::stop_token stop_;
  bool pauses_;  // between two requests
  Fetcher fetcher_;

  std::vector<Outcome> batch_;
  size_t batch_bytes_ = 0;
  base::Stopwatch since_commit_;
  double committed_at_ = 0;

  int64_t visited_ = 0;        // documents' links that this run dealt with
  int64_t new_documents_ = 0;  // of them, texts
  int64_t done_ = 0;           // for the progress
  int64_t known_ = 0;
  int unanswered_ = 0;
};

}  // namespace

CrawlReport Crawl(const Recipe& recipe, ArchiveDatabase& database,
                  const CrawlOptions& options,
                  const base::ProgressCallback& progress,
                  std::stop_token stop) {
  base::SystemClock system_clock;
  base::Clock& clock = options.clock != nullptr ? *options.clock : system_clock;
  return Crawler(recipe, database, options, clock, progress, std::move(stop))
      .Run();
}

}  // namespace artspeak::archive
