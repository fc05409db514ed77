// artspeak admin subscribers: the mailing list, exported and written to.

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/owners_command.h"
#include "app/say.h"
#include "app/site_options.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "service/mail_words.h"
#include "service/subscriber_csv.h"
#include "service/subscription_token.h"
#include "store/sqlite_database.h"
#include "store/sqlite_subscriber_store.h"
#include "web/mail_pages.h"

namespace artspeak::app {

namespace {

struct SubscribersOptions {
  std::string config;
  std::string file;
  bool dry_run = false;
};

void Export(const SubscribersOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  std::cout << service::SubscribersAsCsv(
      store::SqliteSubscriberStore(database).Confirmed());
}

service::MailWords ReadNews(const std::string& file) {
  try {
    return service::ParseNews(base::ReadFile(file));
  } catch (const base::Error& error) {
    throw base::Error("{}: {}", file, error.what());
  }
}

void Send(const SubscribersOptions& options) {
  const service::MailWords news = ReadNews(options.file);
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  store::SqliteSubscriberStore subscribers(database);
  const base::UnixTime now = base::SystemClock().Now();

  // A template that is broken is said now and not to the log of the notifier.
  service::DueMail trial;
  trial.kind = service::kNewsMail;
  trial.subscription_token = service::NewSubscriptionToken();
  trial.confirmed = now;
  trial.news = news;
  const service::RenderedMail mail =
      web::MailPages(SiteOptionsOf(configuration)).Render(trial);

  const std::size_t readers = subscribers.Confirmed().size();
  if (options.dry_run) {
    Say("Subject: {}\n", mail.words.subject);
    SayLines(mail.words.text);
    Say("\n(To {} subscribers, each with a link of their own. Nothing was "
        "sent.)",
        readers);
    return;
  }
  if (readers == 0) throw base::Error("nobody is on the mailing list yet");
  const std::optional<int> queued = subscribers.QueueNews(news, now);
  if (!queued) {
    throw base::Error(
        "{}: exactly this was sent before, and nobody wants it twice: change "
        "its words to send it all the same",
        options.file);
  }
  Say("mails that wait for the notifier: {} (artspeak admin queue counts them)",
      *queued);
}

}  // namespace

void AddSubscribersCommand(CLI::App& admin) {
  CLI::App* subscribers = admin.add_subcommand(
      "subscribers", "the mailing list: export it, write to it");
  subscribers->require_subcommand(1);
  subscribers->footer("Example:\n  artspeak admin subscribers export");
  AddOwnersCommand<SubscribersOptions>(
      *subscribers, "export",
      "who is on the list, and when and to what they agreed, as CSV",
      "subscribers export > subscribers.csv", Export);
  const auto [send, options] = AddOwnersCommand<SubscribersOptions>(
      *subscribers, "send", "write a mail to everyone on the list",
      "subscribers send news.txt --dry-run\n\nThe "
      "file begins with a line \"Subject: …\", then an empty line, then the "
      "text. The notifier sends it, one mail to each subscriber, with the "
      "link that unsubscribes. The same words go out once.",
      Send);
  send->add_option("file", options->file, "the mail, plain text in UTF-8")
      ->required();
  send->add_flag("--dry-run", options->dry_run,
                 "show the mail as it would arrive, and send nothing");
}

}  // namespace artspeak::app
