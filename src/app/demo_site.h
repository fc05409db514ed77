// The demo's last part: a configuration, a site folder with examples of its
// own, and a few reviews that the new model wrote.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

namespace artspeak::app {

// A folder that runs a site: artspeak.toml, artspeak.db, site/, mails/.
struct DemoSite {
  std::filesystem::path directory;

  std::filesystem::path configuration() const {
    return directory / "artspeak.toml";
  }
};

// Writes what is missing: artspeak.toml for `model` (a run's name) and `port`,
// and site/, whose files are links into the site folder that comes with the
// program: what an artist edits there shows here.
void PrepareSite(const DemoSite& site, const std::string& model, int port);

// Lets the model write the reviews that /examples/ shows, unless it has.
// Returns false when it was stopped. Throws Error.
bool WriteExamples(const DemoSite& site, std::stop_token stop);

}  // namespace artspeak::app
