#include "archive/extractor.h"

#include <algorithm>
#include <cctype>
#include <unordered_set>

#include "archive/html_encoding.h"
#include "archive/html_page.h"
#include "base/error.h"

namespace artspeak::archive {

namespace {

constexpr size_t kSniffedBytes = 1024;

// "text/html" of "Text/HTML; charset=utf-8".
std::string MediaType(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::erase_if(type, [](unsigned char c) { return std::isspace(c); });
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return type;
}

bool HasTag(std::string_view bytes) {
  for (size_t at = 0; (at = bytes.find('<', at)) != std::string_view::npos;) {
    if (++at == bytes.size()) return false;
    const auto next = static_cast<unsigned char>(bytes[at]);
    if (std::isalpha(next) || next == '!' || next == '?' || next == '/') {
      return true;
    }
  }
  return false;
}

// A date for machines ("1974-03-02T10:00:00Z") loses its time of day.
std::string ShortDate(std::string date) {
  const auto digits = [&](size_t from, size_t count) {
    return std::all_of(date.begin() + from, date.begin() + from + count,
                       [](unsigned char c) { return std::isdigit(c); });
  };
  if (date.size() > 10 && digits(0, 4) && date[4] == '-' && digits(5, 2) &&
      date[7] == '-' && digits(8, 2) && (date[10] == 'T' || date[10] == ' ')) {
    date.resize(10);
  }
  return date;
}

net::Url BaseOf(const HtmlPage& page, const net::Url& url) {
  const auto bases = page.Links(Selector::Parse("base@href"));
  if (bases.empty()) return url;
  return net::ResolveUrl(url, bases[0]).value_or(url);
}

}  // namespace

void CheckIsHtml(std::string_view content_type, std::string_view bytes) {
  const std::string type = MediaType(content_type);
  if (!type.empty() && type != "text/html" && type != "application/xhtml+xml") {
    throw base::Error("this is not a page of HTML but {}", type);
  }
  const bool utf16 =
      bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
  const std::string_view head = bytes.substr(0, kSniffedBytes);
  if (bytes.empty()) throw base::Error("the page is empty");
  if (bytes.starts_with("%PDF-")) {
    throw base::Error("this is not a page of HTML but a PDF file");
  }
  if (!utf16 && head.find('\0') != std::string_view::npos) {
    throw base::Error("this is not a page of HTML but some binary file");
  }
  if (!utf16 && !HasTag(bytes)) {
    throw base::Error("this is not a page of HTML: it has not one tag");
  }
}

ArchivedDocument ExtractDocument(const Recipe& recipe, const net::Url& url,
                                 const RawPage& page) {
  CheckIsHtml(page.content_type, page.body);
  HtmlPage html(DecodeHtml(page.body, page.content_type));
  ArchivedDocument document;
  document.url = url.text();
  if (recipe.title) {
    document.title = html.Line(*recipe.title);
  } else {
    document.title = html.Line(Selector::Parse("h1"));
    if (document.title.empty()) {
      document.title = html.Line(Selector::Parse("title"));
    }
  }
  if (recipe.date) document.date = ShortDate(html.Line(*recipe.date));
  if (recipe.remove) html.Remove(*recipe.remove);
  const Selector body = recipe.body ? *recipe.body : Selector::Parse("body");
  document.text = html.Paragraphs(body);
  if (document.text.empty()) {
    throw base::Error(
        "the rule \"{}\" finds no text here: compare it with the page, and "
        "change body in the recipe",
        body.css());
  }
  return document;
}

std::vector<NewLink> ExtractLinks(const Recipe& recipe, const net::Url& url,
                                  const RawPage& page) {
  CheckIsHtml(page.content_type, page.body);
  const HtmlPage html(DecodeHtml(page.body, page.content_type));
  const net::Url base = BaseOf(html, url);
  std::vector<NewLink> links;
  std::unordered_set<std::string> seen;
  const auto add = [&](const std::optional<Selector>& rule, LinkKind kind) {
    if (!rule) return;
    for (const std::string& reference : html.Links(*rule)) {
      const auto target = net::ResolveUrl(base, reference);
      if (!target || !recipe.Allows(*target)) continue;
      std::string text = target->text();
      if (seen.insert(text).second) links.push_back({std::move(text), kind, 0});
    }
  };
  add(recipe.next, LinkKind::kList);
  add(recipe.pages, LinkKind::kDocument);
  return links;
}

}  // namespace artspeak::archive
