// artspeak admin reviews approve | block | unblock | erase, and
// artspeak admin audit: what the owner decides, and what was decided.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/owners_command.h"
#include "app/say.h"
#include "base/clock.h"
#include "base/error.h"
#include "store/sqlite_audit_trail.h"
#include "store/sqlite_database.h"
#include "store/sqlite_moderation_store.h"

namespace artspeak::app {

namespace {

using service::ModerationStore;

struct Options {
  std::string config;
  std::vector<std::string> ids;
  std::string subject;
  int limit = 50;
  bool json = false;
};

using Deed = bool (ModerationStore::*)(std::string_view, const service::Deed&);

void Do(const Options& options, Deed deed, const char* done) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  store::SqliteModerationStore reviews(database);
  const base::SystemClock clock;
  for (const std::string& id : options.ids) {
    if (!(reviews.*deed)(id, {service::kByCommand, clock.Now()})) {
      throw base::Error("there is no review {}", id);
    }
    Say("{} {}", id, done);
  }
}

void ShowAudit(const Options& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  const auto entries =
      store::SqliteAuditTrail(database).List(options.subject, options.limit, 0);
  if (!options.json) {
    for (const service::AuditEntry& entry : entries) {
      Say("{}  {:<12}  {:<8}  {:<12}  {}", base::FormatUtc(entry.at),
          entry.actor, entry.action, entry.subject, entry.note);
    }
    return;
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const service::AuditEntry& entry : entries) {
    list.push_back({{"at", base::FormatUtc(entry.at)},
                    {"actor", entry.actor},
                    {"action", entry.action},
                    {"subject", entry.subject},
                    {"note", entry.note}});
  }
  Say("{}", list.dump(2));
}

}  // namespace

void AddReviewsModeration(CLI::App& reviews) {
  struct Kind {
    const char* name;
    const char* help;
    const char* done;
    Deed deed;
  };
  for (const Kind& kind :
       {Kind{"approve", "put held submissions in line", "approved",
             &ModerationStore::Approve},
        Kind{"block", "take reviews off the site at once", "blocked",
             &ModerationStore::Block},
        Kind{"unblock", "put blocked reviews back, or leave reported ones up",
             "unblocked", &ModerationStore::Unblock},
        Kind{"erase", "remove reviews for good, with their texts and reports",
             "erased", &ModerationStore::Erase}}) {
    const auto [command, options] = AddOwnersCommand<Options>(
        reviews, kind.name, kind.help,
        std::string("reviews ") + kind.name + " 0a1b2c3d4e5f",
        [deed = kind.deed, done = kind.done](const Options& given) {
          Do(given, deed, done);
        });
    command->add_option("ids", options->ids, "their ids")->required();
  }
}

void AddAuditCommand(CLI::App& admin) {
  const auto [command, options] = AddOwnersCommand<Options>(
      admin, "audit", "who did what to the reviews, the newest first",
      "audit --review 0a1b2c3d4e5f", ShowAudit);
  command->add_option("--review", options->subject, "only what concerns this");
  command->add_option("--limit", options->limit, "at most so many (50)")
      ->check(CLI::Range(1, 1'000'000));
  command->add_flag("--json", options->json, "answer as a JSON list");
}

}  // namespace artspeak::app
