// artspeak admin reviews gallery | hang | unhang and artspeak admin examples:
// what the owner shows to everyone.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/configuration.h"
#include "app/owners_command.h"
#include "app/say.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/utf8.h"
#include "store/sqlite_database.h"
#include "store/sqlite_gallery_store.h"
#include "store/sqlite_submission_store.h"
#include "web/examples_file.h"

namespace artspeak::app {

namespace {

using service::GalleryState;

constexpr GalleryState kListed[] = {GalleryState::kOffered, GalleryState::kHung,
                                    GalleryState::kDeclined};

struct ChoiceOptions {
  std::string config;
  std::string state =
      std::string(service::GalleryStateName(GalleryState::kOffered));
  int limit = 50;
  std::vector<std::string> ids;
  bool first = false;
};

void ListGallery(const ChoiceOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  store::SqliteGalleryStore gallery(database);
  for (const GalleryState state : kListed) {
    if (options.state != GalleryStateName(state)) continue;
    for (const auto& review : gallery.List(state, options.limit)) {
      Say("{:<12}  {}", review.id, base::OneLine(review.prompt));
    }
  }
}

void HangReviews(const ChoiceOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  store::SqliteGalleryStore gallery(database);
  base::SystemClock clock;
  for (const std::string& id : options.ids) {
    const auto before = gallery.StateOf(id);
    if (!gallery.Hang(id, {service::kByCommand, clock.Now()})) {
      throw base::Error(
          "there is no review {} that is done: `artspeak admin reviews show "
          "{}` tells its state",
          id, id);
    }
    Say("{} hung{}", id,
        before == GalleryState::kNotOffered ? "; its visitor had not offered it"
                                            : "");
  }
}

void UnhangReviews(const ChoiceOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  store::SqliteGalleryStore gallery(database);
  base::SystemClock clock;
  for (const std::string& id : options.ids) {
    const auto before = gallery.StateOf(id);
    if (!gallery.Unhang(id, {service::kByCommand, clock.Now()})) {
      throw base::Error("the review {} neither hangs nor was it offered", id);
    }
    Say("{} {}", id,
        before == GalleryState::kOffered ? "declined" : "taken down");
  }
}

void ListExamples(const ChoiceOptions& options) {
  for (const std::string& id :
       web::ReadExamples(ConfigurationFor(options.config).site.directory)) {
    Say("{}", id);
  }
}

void AddExamples(const ChoiceOptions& options) {
  const Configuration configuration = ConfigurationFor(options.config);
  RequireDatabase(configuration);
  store::SqliteDatabase database(configuration.database);
  store::SqliteSubmissionStore submissions(database);
  const std::string& id = options.ids.front();
  const auto stored = submissions.Find(id);
  if (!stored || stored->review.state != service::ReviewState::kDone) {
    throw base::Error("there is no review {} that is done: only such are shown",
                      id);
  }
  web::AddExample(
      configuration.site.directory, id,
      options.first ? web::ExamplePlace::kFirst : web::ExamplePlace::kLast);
  Say("{} is the {} example", id, options.first ? "first" : "last");
}

void RemoveExamples(const ChoiceOptions& options) {
  const std::string& id = options.ids.front();
  if (!web::RemoveExample(ConfigurationFor(options.config).site.directory,
                          id)) {
    throw base::Error("the review {} is no example", id);
  }
  Say("{} is no example any more", id);
}

}  // namespace

void AddReviewsGallery(CLI::App& reviews) {
  {
    const auto [command, options] = AddOwnersCommand<ChoiceOptions>(
        reviews, "gallery",
        "list what visitors offered for the gallery, or what hangs there",
        "reviews gallery --state offered", ListGallery);
    std::vector<std::string> names;
    for (const GalleryState state : kListed) {
      names.emplace_back(GalleryStateName(state));
    }
    command
        ->add_option("--state", options->state,
                     "offered (if left out), hung or declined")
        ->check(CLI::IsMember(names));
    command->add_option("--limit", options->limit, "at most so many (50)")
        ->check(CLI::Range(1, 1'000'000));
  }
  {
    const auto [command, options] = AddOwnersCommand<ChoiceOptions>(
        reviews, "hang", "show finished reviews in the gallery",
        "reviews hang 0a1b2c3d4e5f", HangReviews);
    command->add_option("ids", options->ids, "their ids")->required();
  }
  {
    const auto [command, options] = AddOwnersCommand<ChoiceOptions>(
        reviews, "unhang",
        "take reviews out of the gallery, or decline what was offered",
        "reviews unhang 0a1b2c3d4e5f", UnhangReviews);
    command->add_option("ids", options->ids, "their ids")->required();
  }
}

void AddExamplesCommand(CLI::App& admin) {
  CLI::App* examples =
      admin.add_subcommand("examples", "the reviews that /examples/ shows");
  examples->require_subcommand(1);
  examples->footer("Example:\n  artspeak admin examples list");
  AddOwnersCommand<ChoiceOptions>(*examples, "list",
                                  "their ids, in the order of the page",
                                  "examples list", ListExamples);
  {
    const auto [command, options] = AddOwnersCommand<ChoiceOptions>(
        *examples, "add", "show a finished review, below the others",
        "examples add 0a1b2c3d4e5f --first", AddExamples);
    command->add_option("id", options->ids, "its id")->required()->expected(1);
    command->add_flag("--first", options->first,
                      "above the others; the home page quotes from the first");
  }
  {
    const auto [command, options] = AddOwnersCommand<ChoiceOptions>(
        *examples, "remove", "show it no more", "examples remove 0a1b2c3d4e5f",
        RemoveExamples);
    command->add_option("id", options->ids, "its id")->required()->expected(1);
  }
}

}  // namespace artspeak::app
