// The demo's first part: the example magazine is put on the web of this
// machine, collected by recipe, and becomes a clean data set.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>

namespace artspeak::app {

struct DemoArchive {
  std::filesystem::path database;  // archive.db
  std::filesystem::path dataset;   // reviews.csv
};

// Serves the magazine on loopback and crawls it into the database, going on
// where an earlier crawl stopped. Nothing is left to do when dataset exists.
// Says on standard output what it does. Returns false when it was stopped.
// Throws Error.
bool CollectMagazine(const DemoArchive& archive, std::stop_token stop);

// Cleans the texts of the database and writes them to the data set.
void ExportMagazine(const DemoArchive& archive);

}  // namespace artspeak::app
