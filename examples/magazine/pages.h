// Varnish on the web: the reviews as the pages of a small magazine site, with
// everything around the text that a crawler has to see through.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "examples/magazine/magazine.h"

namespace artspeak::magazine {

struct Page {
  std::string content_type;
  std::string body;
};

// Immutable; thread-safe.
//
//   /                      the decades
//   /1960s/                the reviews of a decade, a page of the list at a
//   /1960s/page-2.html       time
//   /1960s/0007-….html     a review
//   /robots.txt  /varnish.css
class Pages {
 public:
  // reviews: in the order of their dates.
  explicit Pages(std::vector<Review> reviews);

  std::optional<Page> Find(std::string_view path) const;

  size_t reviews() const { return reviews_.size(); }

 private:
  struct Decade {
    std::string name;
    size_t begin = 0, end = 0;  // in reviews_
  };

  std::string Front() const;
  std::string List(const Decade& decade, size_t page) const;
  std::string Article(size_t index) const;
  std::string Navigation() const;

  std::vector<Review> reviews_;
  std::vector<std::string> paths_;  // of each review
  std::vector<Decade> decades_;
  std::map<std::string, size_t, std::less<>> index_of_path_;
};

}  // namespace artspeak::magazine
