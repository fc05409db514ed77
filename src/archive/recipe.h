// A recipe says where an archive lies on the web and how to read its pages. It
// is a TOML file that an artist writes:
//
//   start = "https://example.org/reviews/"    # or a list of addresses
//   delay = [0.5, 1.5]                        # seconds between two requests
//
//   [links]
//   pages = "ul.reviews a"           # links to the texts
//   next  = "nav a, a.next-page"     # links to further lists of links
//
//   [page]
//   body  = "article p"
//   title = "h1"
//   date  = "time@datetime"          # an attribute instead of the text
//
// The rules are CSS selectors (archive/selector.h). Without [links] the start
// pages are the texts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/selector.h"
#include "net/http_message.h"
#include "net/url.h"

namespace artspeak::archive {

struct Recipe {
  std::vector<net::Url> start;
  // Hosts, with their port where it is not the scheme's own. Nothing else is
  // ever asked. Default: those of the start pages.
  std::vector<std::string> allowed_hosts;

  std::optional<Selector> pages;  // [links]
  std::optional<Selector> next;
  std::optional<Selector> body;   // [page]; default: the whole page's text
  std::optional<Selector> title;  // default: h1, else <title>
  std::optional<Selector> date;
  std::optional<Selector> remove;  // left out of the body

  struct Delay {
    double least = 0.5, most = 1.5;  // seconds, uniform between the two
  };
  std::optional<Delay> delay;  // default: the above, and none on loopback
  std::string user_agent = "artspeak";
  std::vector<net::Header> headers;
  std::vector<std::string> proxies;  // used in turn

  bool Allows(const net::Url& url) const;
  // A text that changes when other pages or texts would be found.
  std::string Rules() const;
};

// `source` names the recipe in errors. Throws Error naming the key that is
// unknown, missing or of the wrong kind.
Recipe ParseRecipe(std::string_view toml, std::string_view source);
Recipe LoadRecipe(const std::filesystem::path& path);

}  // namespace artspeak::archive
