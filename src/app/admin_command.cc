// artspeak admin: what the site's owner does by hand.
#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/owners_command.h"
#include "app/review_import.h"
#include "app/say.h"
#include "app/service_roles.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/utf8.h"
#include "store/sqlite_database.h"
#include "store/sqlite_job_queue.h"
#include "store/sqlite_moderation_store.h"
#include "store/sqlite_outbox.h"
#include "store/sqlite_submission_store.h"
#include "web/api_key.h"

namespace artspeak::app {

namespace {

using nlohmann::json;
using service::ReviewState;

constexpr ReviewState kStates[] = {
    ReviewState::kWaiting, ReviewState::kGenerating, ReviewState::kDone,
    ReviewState::kFailed,  ReviewState::kBlocked,    ReviewState::kHeld};
static_assert(std::size(kStates) == service::kReviewStates);

struct AdminOptions {
  std::string config;
  bool json = false;
  std::string state;
  bool open = false;
  int limit = 50;
  std::vector<std::string> ids;
  std::string file;
};

std::string Dump(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace);
}

// A visitor's words on one line, without what a terminal would obey.
std::string Shortened(std::string_view text, size_t bytes) {
  return base::OneLine(base::Utf8Prefix(text, bytes)) +
         (text.size() > bytes ? "…" : "");
}

// 0.7f as 0.7: read as fp32, it is the same number.
double Shortest(float number) { return std::stod(fmt::format("{}", number)); }

json ToJson(const service::Provenance& made) {
  return {{"model_hash", made.generator.model_hash},
          {"kv", made.generator.kv},
          {"instruction_set", made.generator.instruction_set},
          {"max_copied_words", made.generator.max_copied_words},
          {"passages_hash", made.generator.passages_hash},
          {"temperature", Shortest(made.sampling.temperature)},
          {"top_p", Shortest(made.sampling.top_p)},
          {"max_tokens", made.sampling.max_tokens},
          {"seed", made.seed}};
}

void ListReviews(const AdminOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  store::SqliteModerationStore reviews(database);
  service::ReviewQuery query = {.open = options.open, .limit = options.limit};
  for (ReviewState state : kStates) {
    if (options.state == service::StateName(state)) query.state = state;
  }
  json answer = json::array();
  for (const auto& [review, open_reports] : reviews.List(query)) {
    if (options.json) {
      answer.push_back({{"id", review.id},
                        {"created", base::FormatUtc(review.created)},
                        {"state", service::StateName(review.state)},
                        {"open_reports", open_reports},
                        {"prompt", review.prompt}});
    } else {
      std::cout << fmt::format(
          "{:<12}  {}  {:<10}  {}{}\n", review.id,
          base::FormatUtc(review.created), service::StateName(review.state),
          open_reports > 0 ? fmt::format("(reports: {}) ", open_reports) : "",
          Shortened(review.prompt, 60));
    }
  }
  if (options.json) std::cout << Dump(answer) << '\n';
}

void ShowReview(const AdminOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  store::SqliteSubmissionStore submissions(database);
  const std::string& id = options.ids.front();
  const auto stored = submissions.Find(id);
  if (!stored) throw base::Error("there is no review {}", id);
  const service::Review& review = stored->review;
  const auto reports = store::SqliteModerationStore(database).Reports(id);
  if (options.json) {
    json answer = {{"id", review.id},
                   {"created", base::FormatUtc(review.created)},
                   {"state", service::StateName(review.state)},
                   {"eccentricity", review.eccentricity},
                   {"prompt", review.prompt},
                   {"texts", review.texts},
                   {"provenances", json::array()},
                   {"reports", json::array()}};
    for (const auto& made : stored->provenances) {
      answer["provenances"].push_back(made ? ToJson(*made) : json());
    }
    for (const auto& [report, blocked, open] : reports) {
      answer["reports"].push_back({{"created", base::FormatUtc(report.created)},
                                   {"reason", ReasonName(report.reason)},
                                   {"note", report.note},
                                   {"blocked", blocked},
                                   {"open", open}});
    }
    if (!stored->fault.empty()) answer["fault"] = stored->fault;
    if (stored->blocked) answer["blocked"] = base::FormatUtc(*stored->blocked);
    if (stored->held) answer["held"] = base::FormatUtc(*stored->held);
    std::cout << Dump(answer) << '\n';
    return;
  }
  std::cout << fmt::format("{}  {}  {}  eccentricity {}\n", review.id,
                           base::FormatUtc(review.created),
                           service::StateName(review.state),
                           review.eccentricity);
  if (!stored->fault.empty()) std::cout << "fault: " << stored->fault << '\n';
  for (const auto& [report, blocked, open] : reports) {
    std::cout << fmt::format(
        "report{}: {}  {}{}{}\n", open ? "" : " (decided)",
        base::FormatUtc(report.created), ReasonName(report.reason),
        report.note.empty() ? "" : ": ", Shortened(report.note, 2000));
  }
  std::cout << "\nprompt: " << Shortened(review.prompt, 4000) << '\n';
  for (size_t i = 0; i < review.texts.size(); ++i) {
    std::cout << "\n----";
    if (const auto& made = stored->provenances[i]) {
      std::cout << fmt::format(" model {}, seed {}",
                               made->generator.model_hash.substr(0, 12),
                               made->seed);
    }
    std::cout << '\n';
    SayLines(review.texts[i]);
  }
}

void ImportReviews(const AdminOptions& options) {
  const auto reviews = ReadReviews(options.file);
  store::SqliteDatabase database(ConfigurationFor(options.config).database);
  store::SqliteSubmissionStore submissions(database);
  int imported = 0;
  for (const auto& review : reviews) imported += submissions.Import(review);
  std::cout << fmt::format("{} reviews imported, {} were there already\n",
                           imported,
                           static_cast<int>(reviews.size()) - imported);
}

void ShowQueue(const AdminOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  const service::QueueCounts jobs = store::SqliteJobQueue(database).Count();
  const service::OutboxCounts mails = store::SqliteOutbox(database).Count();
  if (options.json) {
    std::cout << Dump({{"jobs",
                        {{"waiting", jobs.waiting},
                         {"generating", jobs.leased},
                         {"done", jobs.done},
                         {"failed", jobs.dead}}},
                       {"mails",
                        {{"due", mails.due},
                         {"sent", mails.sent},
                         {"suppressed", mails.suppressed}}}})
              << '\n';
    return;
  }
  std::cout << fmt::format(
      "jobs:  {} waiting, {} generating, {} done, {} failed\n"
      "mails: {} due, {} sent, {} suppressed\n",
      jobs.waiting, jobs.leased, jobs.done, jobs.dead, mails.due, mails.sent,
      mails.suppressed);
}

void CheckConfiguration(const AdminOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  CheckService(configuration);
  const bool smtp = configuration.mail.kind == Configuration::Mail::Kind::kSmtp;
  std::cout << fmt::format(
      "listen    {}:{}\nbase_url  {}\nsite      {}\ntime_zone {}\n"
      "model     {}\nstore     {}\nmail      {} from {}\n"
      "The configuration is good.\n",
      configuration.site.address, configuration.site.port,
      configuration.site.base_url, configuration.site.directory.string(),
      configuration.site.time_zone, ModelPath(configuration).string(),
      configuration.database.string(),
      smtp ? "by SMTP" : "into " + configuration.mail.directory.string(),
      configuration.mail.from);
}

void MakeApiKey() {
  const std::string key = web::NewApiKey();
  std::cout << fmt::format(
      "key:  {}\nhash: {}\n"
      "Give the key to the program; it is kept nowhere. Add the hash to keys "
      "under [api].\n",
      key, web::HashApiKey(key));
}

void AddReviews(CLI::App& admin) {
  CLI::App* reviews =
      admin.add_subcommand("reviews", "look at reviews and decide on them");
  reviews->require_subcommand(1);
  reviews->footer("Example:\n  artspeak admin reviews list");
  {
    const auto [command, options] = AddOwnersCommand<AdminOptions>(
        *reviews, "list", "list reviews, the newest first",
        "reviews list --state blocked", ListReviews);
    std::vector<std::string> names;
    for (ReviewState state : kStates)
      names.emplace_back(service::StateName(state));
    command->add_option("--state", options->state, "only those in this state")
        ->check(CLI::IsMember(names));
    command->add_flag("--open", options->open,
                      "only those that wait for you: held, or reported");
    command->add_option("--limit", options->limit, "at most so many (50)")
        ->check(CLI::Range(1, 1'000'000));
    command->add_flag("--json", options->json, "answer as a JSON list");
  }
  {
    const auto [command, options] = AddOwnersCommand<AdminOptions>(
        *reviews, "show", "show one review, blocked or not",
        "reviews show 0a1b2c3d", ShowReview);
    command->add_option("id", options->ids, "its id")->required()->expected(1);
    command->add_flag("--json", options->json, "answer as one JSON object");
  }
  AddReviewsModeration(*reviews);
  AddReviewsGallery(*reviews);
  AddReviewsRegenerate(*reviews);
  {
    const auto [command, options] = AddOwnersCommand<AdminOptions>(
        *reviews, "import",
        "take over reviews of another site, with their old links",
        "reviews import old.jsonl", ImportReviews);
    command
        ->add_option("file", options->file,
                     "one JSON object a line: id, prompt, eccentricity, "
                     "created, texts")
        ->required();
  }
}

}  // namespace

void AddAdminCommand(CLI::App& app) {
  CLI::App* admin = app.add_subcommand("admin", "the owner's tools");
  admin->require_subcommand(1);
  admin->footer("Example:\n  artspeak admin queue");
  AddReviews(*admin);
  AddExamplesCommand(*admin);
  AddSubscribersCommand(*admin);
  AddEraseCommand(*admin);
  const auto [queue, options] = AddOwnersCommand<AdminOptions>(
      *admin, "queue", "count jobs and mails", "queue --json", ShowQueue);
  queue->add_flag("--json", options->json, "answer as one JSON object");
  admin
      ->add_subcommand("api-key",
                       "make a key for a program that asks for texts")
      ->footer("Example:\n  artspeak admin api-key")
      ->callback([] { MakeApiKey(); });
  AddAuditCommand(*admin);
  AddPasswordCommand(*admin);
  CLI::App* config = admin->add_subcommand("config", "the configuration");
  config->require_subcommand(1);
  config->footer("Example:\n  artspeak admin config check");
  AddOwnersCommand<AdminOptions>(
      *config, "check", "check it, the templates, the model and the database",
      "config check --config artspeak.toml", CheckConfiguration);
}

}  // namespace artspeak::app
