#include "app/demo_archive.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/shipped_file.h"
#include "archive/archive_database.h"
#include "archive/crawler.h"
#include "archive/recipe.h"
#include "base/error.h"
#include "base/file.h"
#include "base/progress.h"
#include "corpus/cleaner.h"
#include "corpus/exporter.h"
#include "corpus/reader.h"
#include "examples/magazine/magazine.h"
#include "examples/magazine/pages.h"
#include "net/http_server.h"
#include "net/url.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

// The address that stands in the magazine's recipe, for which the real one is
// put.
constexpr std::string_view kRecipeAddress = "http://127.0.0.1:8061";

// The port of an unfinished crawl, whose links name it; 0 for a new one.
int PortOf(const archive::ArchiveDatabase& database) {
  int port = 0;
  for (const archive::Link& link : database.Pending(1)) {
    if (const std::optional<net::Url> url = net::ParseUrl(link.url)) {
      std::from_chars(url->port.data(), url->port.data() + url->port.size(),
                      port);
    }
  }
  return port;
}

net::Response Answer(const magazine::Pages& pages,
                     const net::Request& request) {
  if (request.method != "GET")
    return {.status = 405, .headers = {}, .body = {}};
  if (auto page = pages.Find(request.path)) {
    return {.headers = {{"Content-Type", page->content_type}},
            .body = std::move(page->body)};
  }
  return {.status = 404,
          .headers = {{"Content-Type", "text/plain"}},
          .body = "There is no such page in Varnish.\n"};
}

archive::Recipe RecipeFor(const fs::path& magazine, int port) {
  const fs::path file = magazine / "recipe.toml";
  std::string text = base::ReadFile(file);
  const size_t at = text.find(kRecipeAddress);
  if (at == std::string::npos) {
    throw base::Error(
        "{} does not start at {}: the demo puts its own address "
        "there",
        file.string(), kRecipeAddress);
  }
  text.replace(at, kRecipeAddress.size(),
               fmt::format("http://127.0.0.1:{}", port));
  return archive::ParseRecipe(text, file.string());
}

}  // namespace

bool CollectMagazine(const DemoArchive& archive, std::stop_token stop) {
  const fs::path magazine =
      ShippedFile("examples/magazine/recipe.toml").parent_path();
  const magazine::Pages pages(magazine::WriteReviews(magazine));
  archive::ArchiveDatabase database(archive.database);
  const net::HttpServer server(
      {.port = PortOf(database)},
      [&](const net::Request& request) { return Answer(pages, request); });
  fmt::print(
      "Varnish, a magazine of {} reviews that a grammar wrote, is at "
      "http://127.0.0.1:{}/; collecting it in {}\n",
      pages.reviews(), server.port(), archive.database.string());
  std::fflush(stdout);
  archive::CrawlReport report;
  {
    base::ProgressBar bar({.label = "crawl", .unit = "pages"});
    report = archive::Crawl(RecipeFor(magazine, server.port()), database, {},
                            bar.callback(), stop);
  }
  if (report.stopped) return false;
  if (report.documents < static_cast<int64_t>(pages.reviews())) {
    throw base::Error(
        "only {} of {} reviews could be collected in {}: remove that file and "
        "start again",
        report.documents, pages.reviews(), archive.database.string());
  }
  return true;
}

void ExportMagazine(const DemoArchive& archive) {
  std::vector<corpus::Document> documents =
      corpus::Deduplicate(corpus::Clean(corpus::ReadDataset(archive.database)));
  corpus::ExportDataset(documents, archive.dataset);
  fmt::print("{} reviews, cleaned, are in {}\n", documents.size(),
             archive.dataset.string());
  std::fflush(stdout);
}

}  // namespace artspeak::app
