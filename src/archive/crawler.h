// The crawl: from a recipe's start pages to an archive full of documents.
#pragma once

#include <cstdint>
#include <stop_token>

#include "archive/archive_database.h"
#include "archive/recipe.h"
#include "base/clock.h"
#include "base/progress.h"

namespace artspeak::archive {

struct CrawlOptions {
  int64_t limit = 0;             // texts to fetch in this run at most; 0: all
  base::Clock* clock = nullptr;  // who waits; null: the system's clock
};

struct CrawlReport {
  int64_t documents = 0;      // texts in the archive now
  int64_t new_documents = 0;  // of them, stored by this run
  int64_t failed = 0;         // links that failed, in the archive now
  int64_t skipped = 0;        // forbidden by robots.txt, moved, or outside
  int64_t pending = 0;        // still to fetch
  bool stopped = false;       // by the stop token
};

// Fetches what the archive does not have yet. A crawl that was stopped or
// killed goes on where it was; a finished one visits the lists again and
// fetches only what is new. When the recipe's rules have changed, the stored
// pages are read again without fetching them. One bad page never ends the
// crawl: it is recorded with its reason. Throws Error when the archive cannot
// be written and when the site stops answering; what was fetched is kept.
//
// Progress counts texts: done of known.
CrawlReport Crawl(const Recipe& recipe, ArchiveDatabase& database,
                  const CrawlOptions& options,
                  const base::ProgressCallback& progress, std::stop_token stop);

}  // namespace artspeak::archive
