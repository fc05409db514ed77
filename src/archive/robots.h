// robots.txt: what a site asks of crawlers (RFC 9309).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace artspeak::archive {

// The rules for one crawler. Immutable.
class Robots {
 public:
  // The rules that `text` has for `user_agent` ("artspeak/1.0 (+…)" matches by
  // its first word, in any case), else those for "*". Never fails: lines that
  // make no sense are skipped, and what comes after 512 KiB is not read.
  static Robots Parse(std::string_view text, std::string_view user_agent);
  static Robots AllowAll() { return Robots(); }

  // target: path and query, as in a request. The longest matching rule decides;
  // of two as long, the one that allows.
  bool Allows(std::string_view target) const;

  // Seconds between two requests, when the site asks for it. Not in the RFC,
  // but many sites say it.
  std::optional<double> crawl_delay() const { return crawl_delay_; }

 private:
  struct Rule {
    std::string pattern;
    bool allow;
  };
  std::vector<Rule> rules_;
  std::optional<double> crawl_delay_;
};

}  // namespace artspeak::archive
