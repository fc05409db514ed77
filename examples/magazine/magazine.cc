#include "examples/magazine/magazine.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "base/random.h"
#include "examples/magazine/grammar.h"

namespace artspeak::magazine {

namespace fs = std::filesystem;

namespace {

constexpr int kFirstYear = 1960;
constexpr int kDecades = 6;

std::vector<fs::path> GrammarFiles(const fs::path& directory) {
  if (!fs::is_directory(directory)) {
    throw base::Error("{} is not there: it should hold the grammar files",
                      directory.string());
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".grammar") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Critic {
  Grammar grammar;

  std::string name() const { return grammar.Find("byline")->front(); }
  bool WritesIn(const std::string& decade) const {
    const auto& decades = *grammar.Find("decades");
    return std::find(decades.begin(), decades.end(), decade) != decades.end();
  }
};

std::vector<Critic> ReadCritics(const fs::path& directory) {
  std::vector<Critic> critics;
  for (const fs::path& file : GrammarFiles(directory)) {
    critics.emplace_back().grammar.AddFile(file);
    for (const char* rule : {"byline", "decades"}) {
      if (critics.back().grammar.Find(rule) == nullptr) {
        throw base::Error("{} lacks the list {}: add it", file.string(), rule);
      }
    }
  }
  return critics;
}

std::string MonthName(unsigned month) {  // 1 to 12, and on into the next year
  constexpr std::array<const char*, 12> kNames = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  return kNames[(month - 1) % 12];
}

std::vector<std::string> Paragraphs(const std::string& text) {
  std::vector<std::string> paragraphs;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t bar = std::min(text.find(" | ", begin), text.size());
    paragraphs.push_back(text.substr(begin, bar - begin));
    begin = bar + 3;
  }
  return paragraphs;
}

int CountWords(const std::vector<std::string>& paragraphs) {
  int words = 0;
  for (const std::string& paragraph : paragraphs) {
    std::istringstream in(paragraph);
    for (std::string word; in >> word;) ++words;
  }
  return words;
}

// The n-th of `count` days spread evenly over the decade.
std::chrono::year_month_day Day(int first_year, int n, int count) {
  using std::chrono::sys_days;
  const sys_days begin =
      std::chrono::year(first_year) / std::chrono::January / 1;
  const sys_days end =
      std::chrono::year(first_year + 10) / std::chrono::January / 1;
  return begin + (end - begin) * n / count;
}

}  // namespace

std::string Review::decade() const {
  return fmt::format("{}s", static_cast<int>(date.year()) / 10 * 10);
}

std::vector<Review> WriteReviews(const fs::path& directory,
                                 const ReviewOptions& options) {
  Grammar house;
  for (const fs::path& file : GrammarFiles(directory)) house.AddFile(file);
  const std::vector<Critic> critics = ReadCritics(directory / "critics");

  std::vector<Review> reviews;
  for (int decade = 0; decade < kDecades; ++decade) {
    const int first_year = kFirstYear + 10 * decade;
    const std::string name = fmt::format("{}s", first_year);
    Grammar period;
    period.AddFile(directory / "decades" / (name + ".grammar"));
    std::vector<const Critic*> writers;
    for (const Critic& critic : critics) {
      if (critic.WritesIn(name)) writers.push_back(&critic);
    }
    for (int n = 0; n < options.per_decade; ++n) {
      // A stream for each review, so that one may change without the others.
      base::RandomStream random(options.seed, reviews.size());
      Review review;
      review.date = Day(first_year, n, options.per_decade);
      const int year = static_cast<int>(review.date.year());
      const Critic& critic = *writers.at(random.Below(writers.size()));
      review.critic = critic.name();
      int words = 0;
      do {
        Writer writer({&house, &period, &critic.grammar}, random);
        writer.Bind("year", std::to_string(year));
        writer.Bind("recent-year", std::to_string(year - 1 - random.Below(6)));
        writer.Bind("early-year", std::to_string(year - 12 - random.Below(19)));
        writer.Bind("month", MonthName(unsigned(review.date.month()) + 1 +
                                       random.Below(2)));
        review.paragraphs = Paragraphs(writer.Write("review"));
        review.title = writer.Write("headline");
        words = CountWords(review.paragraphs);
      } while (words < kMinWords || words > kMaxWords);
      reviews.push_back(std::move(review));
    }
  }
  return reviews;
}

std::string WithoutEmphasis(std::string_view text) {
  std::string out(text);
  std::erase(out, '*');
  return out;
}

}  // namespace artspeak::magazine
