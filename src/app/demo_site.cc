#include "app/demo_site.h"

#include <fmt/core.h>

#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/configuration.h"
#include "app/shipped_file.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "decode/generator.h"
#include "service/review_id.h"
#include "service/worker.h"
#include "store/sqlite_database.h"
#include "store/sqlite_submission_store.h"

namespace artspeak::app {

namespace fs = std::filesystem;

namespace {

struct Example {
  std::string_view prompt;
  int eccentricity;
};

constexpr std::array<Example, 3> kExamples = {{
    {"The first room contains eleven umbrellas.", 6},
    {"Nobody at the opening would say what the heron meant,", 7},
    {"I had been told to bring a sandwich, and", 8},
}};

// What the worker writes for a submission.

fs::path ExamplesFile(const DemoSite& site) {
  return site.directory / "site" / "examples.txt";
}

bool Exists(const fs::path& path) {
  std::error_code none;
  return fs::exists(path, none);
}

}  // namespace

void PrepareSite(const DemoSite& site, const std::string& model, int port) {
  const fs::path folder = site.directory / "site";
  base::MakeDirectories(folder);
  for (const auto& entry :
       fs::directory_iterator(ShippedFile("site/robots.txt").parent_path())) {
    const fs::path link = folder / entry.path().filename();
    if (link == ExamplesFile(site)) continue;
    if (!Exists(link)) base::ReplaceLinkAtomically(entry.path(), link);
  }
  if (Exists(site.configuration())) return;
  base::WriteFileAtomically(
      site.configuration(),
      fmt::format("# The demo's site; docs/operations.md explains every key.\n"
                  "[site]\n"
                  "listen = \"127.0.0.1:{}\"\n"
                  "directory = \"site\"\n"
                  "\n"
                  "[model]\n"
                  "path = \"{}\"\n"
                  "\n"
                  "[store]\n"
                  "url = \"sqlite:artspeak.db\"\n"
                  "\n"
                  "[mail]\n"
                  "kind = \"directory\"\n"
                  "directory = \"mails\"\n",
                  port, model));
}

bool WriteExamples(const DemoSite& site, std::stop_token stop) {
  if (Exists(ExamplesFile(site))) return true;
  fmt::print("The model writes {} reviews for the examples page\n",
             kExamples.size());
  std::fflush(stdout);
  const Configuration configuration = LoadConfiguration(site.configuration());
  store::SqliteDatabase database(configuration.database);
  store::SqliteSubmissionStore submissions(database);
  const auto model = decode::LoadedModel::Load(ModelPath(configuration));
  base::ThreadPool pool;
  const base::SystemClock clock;
  std::string list =
      "# Reviews shown on /examples/, the first one also on the home page:\n"
      "# one identifier a line, the last part of its address.\n";
  base::ProgressBar bar({.label = "examples", .unit = "reviews"});
  for (const Example& example : kExamples) {
    decode::GenerateOptions options;
    options.nsamples = service::kTextsPerReview;
    options.length = service::kMaxTokensPerText;
    options.sampling.temperature =
        static_cast<float>(example.eccentricity) / 10;
    options.sampling.top_p = service::kTopP;
    options.seed = static_cast<uint64_t>(&example - kExamples.data());
    const decode::Generation generation =
        decode::Generate(model, pool, example.prompt, options, stop);
    if (stop.stop_requested()) return false;
    service::ImportedReview review = {.id = service::NewReviewId(),
                                      .prompt = std::string(example.prompt),
                                      .eccentricity = example.eccentricity,
                                      .created = clock.Now(),
                                      .texts = {}};
    for (const decode::Sample& sample : generation.samples) {
      review.texts.push_back(sample.text);
    }
    submissions.Import(review);
    list += review.id + "\n";
    bar.Update({.done = &example - kExamples.data() + 1,
                .total = static_cast<int64_t>(kExamples.size()),
                .note = {}});
  }
  base::WriteFileAtomically(ExamplesFile(site), list);
  return true;
}

}  // namespace artspeak::app
