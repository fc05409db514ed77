// Varnish, a magazine that never was: its reviews, written by the grammar files
// beside this one.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace artspeak::magazine {

struct Review {
  std::string title;
  std::string critic;
  std::chrono::year_month_day date;
  std::vector<std::string> paragraphs;  // *emphasis* between asterisks

  std::string decade() const;  // "1960s"
};

struct ReviewOptions {
  int per_decade = 540;  // six decades, from the 1960s to the 2010s
  uint64_t seed = 1961;
};

constexpr int kMinWords = 150;  // of a review's paragraphs together
constexpr int kMaxWords = 400;

// Reads the grammar files of `directory` (examples/magazine) and writes the
// reviews, in the order of their dates; the same ones for the same options.
// Throws Error when a file is missing or a rule cannot be read.
std::vector<Review> WriteReviews(const std::filesystem::path& directory,
                                 const ReviewOptions& options = {});

// The text without its emphasis.
std::string WithoutEmphasis(std::string_view text);

}  // namespace artspeak::magazine
