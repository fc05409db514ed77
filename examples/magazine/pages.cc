#include "examples/magazine/pages.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace artspeak::magazine {

namespace {

constexpr size_t kListLength = 60;  // reviews on one page of a decade's list

constexpr std::string_view kRobots =
    "User-agent: *\n"
    "Disallow: /subscribers/\n";

constexpr std::string_view kStyle =
    "body{font:18px/1.5 Georgia,serif;max-width:40em;margin:2em auto;"
    "padding:0 1em;color:#222;background:#fdfcf8}\n"
    "nav a{margin-right:1em}\n"
    "aside,footer{color:#777;font-size:15px}\n";

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// *emphasis* as <em>.
std::string Inline(std::string_view text) {
  std::string out;
  bool inside = false;
  for (const char c : Escape(text)) {
    if (c == '*') {
      out += inside ? "</em>" : "<em>";
      inside = !inside;
    } else {
      out += c;
    }
  }
  return out;
}

// "One Thing After Coppard" -> "one-thing-after-coppard".
std::string Slug(std::string_view title) {
  std::string out;
  for (const char c : title) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) && byte < 0x80) {
      out += static_cast<char>(std::tolower(byte));
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::string IsoDate(const Review& review) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(review.date.year()),
                     static_cast<unsigned>(review.date.month()),
                     static_cast<unsigned>(review.date.day()));
}

std::string SpokenDate(const Review& review) {
  constexpr std::array<const char*, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  return fmt::format("{} {} {}", static_cast<unsigned>(review.date.day()),
                     kMonths[static_cast<unsigned>(review.date.month()) - 1],
                     static_cast<int>(review.date.year()));
}

std::string ListPath(const std::string& decade, size_t page) {
  return page == 0 ? fmt::format("/{}/", decade)
                   : fmt::format("/{}/page-{}.html", decade, page + 1);
}

// title: HTML already.
std::string Document(const std::string& title, const std::string& navigation,
                     const std::string& main) {
  return fmt::format(
      "<!DOCTYPE html>\n"
      "<html lang=\"en\">\n"
      "<head>\n"
      "<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<title>{} | Varnish</title>\n"
      "<link rel=\"stylesheet\" href=\"/varnish.css\">\n"
      "</head>\n"
      "<body>\n"
      "<header><a href=\"/\">Varnish</a>, a review of exhibitions since "
      "1960</header>\n"
      "{}"
      "<main>\n{}</main>\n"
      "<footer><p>Varnish appears monthly, weather permitting. No artist, "
      "gallery or town council in it exists. <a "
      "href=\"/subscribers/\">Subscribers</a></p></footer>\n"
      "</body>\n"
      "</html>\n",
      title, navigation, main);
}

}  // namespace

Pages::Pages(std::vector<Review> reviews) : reviews_(std::move(reviews)) {
  for (size_t i = 0; i < reviews_.size(); ++i) {
    const std::string decade = reviews_[i].decade();
    if (decades_.empty() || decades_.back().name != decade) {
      decades_.push_back({decade, i, i});
    }
    decades_.back().end = i + 1;
    paths_.push_back(fmt::format("/{}/{:04}-{}.html", decade,
                                 i - decades_.back().begin + 1,
                                 Slug(reviews_[i].title)));
    index_of_path_[paths_.back()] = i;
  }
}

std::optional<Page> Pages::Find(std::string_view path) const {
  const auto html = [](std::string body) {
    return Page{"text/html; charset=utf-8", std::move(body)};
  };
  if (path == "/") return html(Front());
  if (path == "/robots.txt") {
    return Page{"text/plain; charset=utf-8", std::string(kRobots)};
  }
  if (path == "/varnish.css") {
    return Page{"text/css; charset=utf-8", std::string(kStyle)};
  }
  if (const auto found = index_of_path_.find(path);
      found != index_of_path_.end()) {
    return html(Article(found->second));
  }
  for (const Decade& decade : decades_) {
    for (size_t page = 0; page * kListLength < decade.end - decade.begin;
         ++page) {
      if (path == ListPath(decade.name, page)) {
        return html(List(decade, page));
      }
    }
  }
  return std::nullopt;
}

std::string Pages::Navigation() const {
  std::string out = "<nav class=\"decades\">";
  for (const Decade& decade : decades_) {
    out += fmt::format("<a href=\"{}\">The {}</a>", ListPath(decade.name, 0),
                       decade.name);
  }
  return out + "</nav>\n";
}

std::string Pages::Front() const {
  return Document(
      "A review of exhibitions", Navigation(),
      fmt::format("<h1>Varnish</h1>\n<p>{} reviews, by decade. The editors "
                  "regret the rest.</p>\n",
                  reviews_.size()));
}

std::string Pages::List(const Decade& decade, size_t page) const {
  std::string main =
      fmt::format("<h1>The {}</h1>\n<ol class=\"reviews\">\n", decade.name);
  const size_t begin = decade.begin + page * kListLength;
  const size_t end = std::min(begin + kListLength, decade.end);
  for (size_t i = begin; i < end; ++i) {
    main += fmt::format("<li><a href=\"{}\">{}</a>, {}</li>\n", paths_[i],
                        Inline(reviews_[i].title), Escape(reviews_[i].critic));
  }
  main += "</ol>\n<nav class=\"pages\">";
  if (page > 0) {
    main += fmt::format("<a rel=\"prev\" href=\"{}\">Earlier</a>",
                        ListPath(decade.name, page - 1));
  }
  if (end < decade.end) {
    main += fmt::format("<a rel=\"next\" href=\"{}\">Later</a>",
                        ListPath(decade.name, page + 1));
  }
  main += "</nav>\n";
  return Document(fmt::format("The {}", decade.name), Navigation(), main);
}

std::string Pages::Article(size_t index) const {
  const Review& review = reviews_[index];
  std::string main = fmt::format(
      "<article>\n<h1>{}</h1>\n<p class=\"byline\">by <span "
      "class=\"critic\">{}</span>, <time datetime=\"{}\">{}</time></p>\n"
      "<div class=\"text\">\n",
      Inline(review.title), Escape(review.critic), IsoDate(review),
      SpokenDate(review));
  for (const std::string& paragraph : review.paragraphs) {
    main += fmt::format("<p>{}</p>\n", Inline(paragraph));
  }
  main += "</div>\n</article>\n<aside><p>Also in this number:";
  if (index > 0) {
    main += fmt::format(" <a rel=\"prev\" href=\"{}\">{}</a>",
                        paths_[index - 1], Inline(reviews_[index - 1].title));
  }
  if (index + 1 < reviews_.size()) {
    main += fmt::format(" <a rel=\"next\" href=\"{}\">{}</a>",
                        paths_[index + 1], Inline(reviews_[index + 1].title));
  }
  main += "</p></aside>\n";
  return Document(Escape(WithoutEmphasis(review.title)), Navigation(), main);
}

}  // namespace artspeak::magazine
