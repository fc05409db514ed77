#include "archive/recipe.h"

#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::archive {

namespace {

constexpr double kMaxDelay = 3600;  // seconds

// Reads one TOML table: every key once, and none that nobody asked for.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string_view source,
              std::string prefix)
      : table_(table), source_(source), prefix_(std::move(prefix)) {}

  void AllowOnly(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : table_) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
        Fail(key.str(), fmt::format("is unknown: this place has {}",
                                    fmt::join(keys, ", ")));
      }
    }
  }

  std::optional<std::string> Text(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    if (!node->is_string()) Fail(key, "is not a text: put it in quotes");
    return node->value<std::string>();
  }

  // A text or a list of texts.
  std::vector<std::string> Texts(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    if (node->is_string()) return {*node->value<std::string>()};
    const toml::array* array = node->as_array();
    if (array == nullptr) Fail(key, "is neither a text nor a list of texts");
    std::vector<std::string> texts;
    for (const toml::node& item : *array) {
      if (!item.is_string()) Fail(key, "holds something that is not a text");
      texts.push_back(*item.value<std::string>());
    }
    return texts;
  }

  std::optional<Selector> Rule(std::string_view key) const {
    const auto text = Text(key);
    if (!text) return std::nullopt;
    try {
      return Selector::Parse(*text);
    } catch (const base::Error& error) {
      Fail(key, std::string("is not a rule: ") + error.what());
    }
  }

  // One number of seconds, or [least, most].
  std::optional<Recipe::Delay> Delay(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    Recipe::Delay delay;
    const toml::array* array = node->as_array();
    if (node->is_number()) {
      delay.least = delay.most = *node->value<double>();
    } else if (array != nullptr && array->size() == 2 &&
               (*array)[0].is_number() && (*array)[1].is_number()) {
      delay.least = *(*array)[0].value<double>();
      delay.most = *(*array)[1].value<double>();
    } else {
      Fail(key, "is not a number of seconds nor [least, most]");
    }
    if (!(delay.least >= 0 && delay.least <= delay.most &&
          delay.most <= kMaxDelay)) {
      Fail(key, fmt::format("goes from least to most, 0 to {:.0f} seconds",
                            kMaxDelay));
    }
    return delay;
  }

  std::vector<net::Header> Headers() const {
    std::vector<net::Header> headers;
    for (const auto& [key, value] : table_) {
      headers.push_back({std::string(key.str()), *Text(key.str())});
    }
    return headers;
  }

  std::optional<TableReader> Table(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    if (!node->is_table()) {
      Fail(key, fmt::format("is not a section: write [{}]", key));
    }
    return TableReader(*node->as_table(), source_, std::string(key) + ".");
  }

  [[noreturn]] void Fail(std::string_view key, const std::string& what) const {
    throw base::Error("{}: the key \"{}{}\" {}", source_, prefix_, key, what);
  }

 private:
  const toml::table& table_;
  std::string_view source_;
  std::string prefix_;
};

Recipe Read(const TableReader& root) {
  root.AllowOnly({"start", "allowed_hosts", "delay", "user_agent", "proxies",
                  "headers", "links", "page"});
  Recipe recipe;
  for (const std::string& text : root.Texts("start")) {
    auto url = net::ParseUrl(text);
    if (!url) {
      root.Fail("start", fmt::format("holds \"{}\", which is not an address: "
                                     "it begins with http:// or https://",
                                     text));
    }
    recipe.start.push_back(*std::move(url));
  }
  if (recipe.start.empty()) {
    root.Fail("start", "is missing: name the page where the crawl begins");
  }
  for (const std::string& host : root.Texts("allowed_hosts")) {
    const auto url = net::ParseUrl("http://" + host);
    if (!url || url->path != "/" || !url->query.empty()) {
      root.Fail(
          "allowed_hosts",
          fmt::format("holds \"{}\": write a host such as example.org", host));
    }
    recipe.allowed_hosts.push_back(url->authority());
  }
  if (recipe.allowed_hosts.empty()) {
    for (const net::Url& url : recipe.start) {
      recipe.allowed_hosts.push_back(url.authority());
    }
  }
  recipe.delay = root.Delay("delay");
  if (auto text = root.Text("user_agent")) {
    // It is a header's value, and its first word is our name in robots.txt.
    if (text->empty() || std::any_of(text->begin(), text->end(), [](char c) {
          return static_cast<unsigned char>(c) < 0x20;
        })) {
      root.Fail("user_agent", "is not one line of text");
    }
    recipe.user_agent = *std::move(text);
  }
  recipe.proxies = root.Texts("proxies");
  if (const auto headers = root.Table("headers")) {
    recipe.headers = headers->Headers();
  }
  if (const auto links = root.Table("links")) {
    links->AllowOnly({"pages", "next"});
    recipe.pages = links->Rule("pages");
    recipe.next = links->Rule("next");
    if (!recipe.pages) {
      links->Fail("pages", "is missing: a rule for the links to the texts");
    }
  }
  if (const auto page = root.Table("page")) {
    page->AllowOnly({"body", "title", "date", "remove"});
    recipe.body = page->Rule("body");
    recipe.title = page->Rule("title");
    recipe.date = page->Rule("date");
    recipe.remove = page->Rule("remove");
  }
  return recipe;
}

}  // namespace

bool Recipe::Allows(const net::Url& url) const {
  return std::find(allowed_hosts.begin(), allowed_hosts.end(),
                   url.authority()) != allowed_hosts.end();
}

std::string Recipe::Rules() const {
  const auto css = [](const std::optional<Selector>& rule) {
    return rule ? rule->css() : std::string();
  };
  std::string rules = fmt::format(
      "pages {}\nnext {}\nbody {}\ntitle {}\ndate {}\nremove {}\nhosts {}\n",
      css(pages), css(next), css(body), css(title), css(date), css(remove),
      fmt::join(allowed_hosts, " "));
  return rules;
}

Recipe ParseRecipe(std::string_view toml, std::string_view source) {
  toml::table table;
  try {
    table = toml::parse(toml, source);
  } catch (const toml::parse_error& error) {
    throw base::Error("{}, line {}: {}", source, error.source().begin.line,
                      error.description());
  }
  return Read(TableReader(table, source, ""));
}

Recipe LoadRecipe(const std::filesystem::path& path) {
  return ParseRecipe(base::ReadFile(path), path.string());
}

}  // namespace artspeak::archive
