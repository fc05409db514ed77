// artspeak admin reviews regenerate: do the kept model, seeds and options still
// give the texts that a permalink shows?
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/interrupt.h"
#include "app/model_name.h"
#include "app/review_regeneration.h"
#include "app/say.h"
#include "app/training_passages.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "decode/loaded_model.h"
#include "decode/model_identity.h"
#include "engine/text_engine.h"
#include "gpt2/kv_format.h"
#include "store/sqlite_database.h"
#include "store/sqlite_submission_store.h"

namespace artspeak::app {

namespace {

struct RegenerateOptions {
  std::string id;
  std::string config;
  std::string model;
  int threads = 0;
  bool json = false;
};

service::StoredReview FindReview(const Configuration& configuration,
                                 const std::string& id) {
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  auto stored = store::SqliteSubmissionStore(database).Find(id);
  if (!stored) {
    throw base::Error("there is no review {}: check the id", id);
  }
  return *std::move(stored);
}

// What wrote the review's texts: of its writers the first with this model, or
// the first of all. RequireRegenerable found one.
const service::GeneratorIdentity& WriterOf(const service::StoredReview& stored,
                                           const std::string& model_hash) {
  const service::GeneratorIdentity* first = nullptr;
  for (const auto& made : stored.provenances) {
    if (!made) continue;
    if (made->generator.model_hash == model_hash) return made->generator;
    if (first == nullptr) first = &made->generator;
  }
  return *first;
}

decode::CopyLimit CopyLimitOf(const service::StoredReview& stored,
                              const service::GeneratorIdentity& writer,
                              const std::filesystem::path& model) {
  try {
    return CopyLimitFor(model, writer.max_copied_words);
  } catch (const base::Error& error) {
    throw base::Error(
        "review {} was kept from copying and cannot be written again: {}",
        stored.review.id, error.what());
  }
}

void PrintJson(const std::string& id,
               const service::GeneratorIdentity& generator,
               const std::vector<RegeneratedText>& results) {
  using nlohmann::ordered_json;
  ordered_json texts = ordered_json::array();
  for (const RegeneratedText& result : results) {
    texts.push_back(
        {{"same", result.same},
         {"text", result.text ? ordered_json(*result.text) : ordered_json()},
         {"note", result.note}});
  }
  const ordered_json answer = {{"id", id},
                               {"model_hash", generator.model_hash},
                               {"kv", generator.kv},
                               {"instruction_set", generator.instruction_set},
                               {"max_copied_words", generator.max_copied_words},
                               {"passages_hash", generator.passages_hash},
                               {"texts", texts}};
  Say("{}", answer.dump(2, ' ', false, ordered_json::error_handler_t::replace));
}

void PrintTexts(const std::vector<RegeneratedText>& results) {
  for (size_t i = 0; i < results.size(); ++i) {
    const RegeneratedText& result = results[i];
    const char* verdict = !result.text  ? "not written again"
                          : result.same ? "the same"
                                        : "different";
    Say("---- text {}: {}{}{}", i + 1, verdict, result.note.empty() ? "" : ": ",
        result.note);
    if (result.text) SayLines(*result.text);
    Say("");
  }
}

void Regenerate(const RegenerateOptions& options) {
  const InterruptGuard interrupt;
  const Configuration configuration = ConfigurationFor(options.config);
  const service::StoredReview stored = FindReview(configuration, options.id);
  RequireRegenerable(stored);
  const std::filesystem::path directory =
      options.model.empty()
          ? ModelPath(configuration)
          : ModelDirectory(options.model, configuration.folder / "runs",
                           interrupt.token());
  const auto model = decode::LoadedModel::Load(directory);
  const service::GeneratorIdentity& writer = WriterOf(stored, [&] {
    base::ThreadPool pool(options.threads);
    return decode::IdentityOf(model, {}, pool).model_hash;
  }());
  engine::TextEngine engine(
      model, {.slots = service::kTextsPerReview,
              .threads = options.threads,
              .kv = gpt2::ParseKvFormat(writer.kv),
              .copy_limit = CopyLimitOf(stored, writer, directory)});

  std::vector<RegeneratedText> results;
  {
    base::ProgressBar bar({.label = "write again", .unit = "characters"});
    results =
        RegenerateReview(stored, engine, interrupt.token(), bar.callback());
  }
  if (options.json) {
    PrintJson(options.id, engine.identity(), results);
  } else {
    PrintTexts(results);
  }
  const auto same =
      std::count_if(results.begin(), results.end(),
                    [](const RegeneratedText& result) { return result.same; });
  if (same != std::ssize(results)) {
    throw base::Error(
        "{} of the {} texts of review {} came out as they are "
        "kept: see above what is said of the others",
        same, results.size(), options.id);
  }
  if (!options.json) Say("All {} texts are as they are kept.", same);
}

}  // namespace

void AddReviewsRegenerate(CLI::App& reviews) {
  const auto options = std::make_shared<RegenerateOptions>();
  CLI::App* command = reviews.add_subcommand(
      "regenerate",
      "write a review's texts again, from the seeds and options that are kept, "
      "and compare");
  command->footer(
      "Example:\n  artspeak admin reviews regenerate 0a1b2c3d4e5f\n\nChanges "
      "nothing. Exit status 0: every text came out as it is kept; 1: one did "
      "not.");
  command->add_option("id", options->id, "its id")->required();
  command->add_option("--config", options->config,
                      "the configuration (default: artspeak.toml, if it is "
                      "there)");
  command->add_option("--model", options->model,
                      "a run's name or a model directory (default: the "
                      "site's)");
  command
      ->add_option("--threads", options->threads,
                   "threads to work with (default: one a processor)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->json, "answer as one JSON object");
  command->callback([options] { Regenerate(*options); });
}

}  // namespace artspeak::app
