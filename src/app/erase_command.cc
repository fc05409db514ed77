// artspeak admin erase: forgets a person.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/say.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/utf8.h"
#include "service/email_address.h"
#include "store/sqlite_database.h"
#include "store/sqlite_person_store.h"

namespace artspeak::app {

namespace {

struct EraseOptions {
  std::string config;
  std::string address;
  bool reviews = false;
};

void Erase(const EraseOptions& options) {
  if (!service::IsEmailAddress(options.address)) {
    throw base::Error("\"{}\" is no mail address",
                      base::OneLine(options.address));
  }
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  const service::ErasedPerson erased = store::SqlitePersonStore(database).Erase(
      options.address, options.reviews,
      {service::kByCommand, base::SystemClock().Now()});
  if (erased.subscription) Say("taken off the mailing list");
  if (erased.addresses > 0) {
    Say("reviews whose address was erased, and whose texts stay: {}",
        erased.addresses);
  }
  if (erased.reviews > 0) Say("reviews erased: {}", erased.reviews);
  if (!erased.subscription && erased.addresses == 0 && erased.reviews == 0) {
    Say("nothing is kept under this address");
  }
  if (options.reviews) {
    Say("Reviews whose address is no longer kept (keep_days) cannot be found "
        "by it. Ask the person for their links: the last part of each is the "
        "id for `artspeak admin reviews erase ID`.");
  }
}

}  // namespace

void AddEraseCommand(CLI::App& admin) {
  const auto options = std::make_shared<EraseOptions>();
  CLI::App* command = admin.add_subcommand(
      "erase", "forget a person: the address, from the mailing list too");
  command->footer(
      "Example:\n  artspeak admin erase visitor@example.org "
      "--reviews\n\nCannot "
      "be undone. Mails that wait for the address are not sent.");
  command->add_option("address", options->address, "the mail address")
      ->required();
  command->add_flag("--reviews", options->reviews,
                    "also the reviews that were asked for with this address, "
                    "prompts and texts");
  command->add_option("--config", options->config,
                      "the configuration (default: artspeak.toml, if it is "
                      "there)");
  command->callback([options] { Erase(*options); });
}

}  // namespace artspeak::app
