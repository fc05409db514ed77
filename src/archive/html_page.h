// A page of HTML, however broken, as a tree that selectors find their way in.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/selector.h"

namespace artspeak::archive {

// Immutable after Remove. Not thread-safe.
class HtmlPage {
 public:
  // text: UTF-8. Throws Error when no tree can be made of it.
  explicit HtmlPage(std::string_view text);
  ~HtmlPage();
  HtmlPage(const HtmlPage&) = delete;
  HtmlPage& operator=(const HtmlPage&) = delete;

  // Takes what the selector finds out of the tree.
  void Remove(const Selector& selector);

  // The first match's text in one line, white space collapsed; "" when nothing
  // matches.
  std::string Line(const Selector& selector) const;

  // The text of all matches: paragraphs (and whatever stands in blocks of its
  // own) separated by blank lines, <br> as a line break, scripts and styles
  // left out. A match inside another match counts once.
  std::string Paragraphs(const Selector& selector) const;

  // The addresses of all matches, as they stand in the page: the href of an
  // element, of the links inside it when it has none, or the attribute that the
  // selector names.
  std::vector<std::string> Links(const Selector& selector) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::archive
