// CSS selectors, as far as recipes need them, compiled to XPath 1.0.
//
//   h1                      elements by name; * is any
//   .review  #main          by class, by id
//   [rel=next]              by attribute: [a] [a=v] [a~=v] [a^=v] [a$=v] [a*=v]
//   article p               p anywhere inside article
//   article > p             p directly inside
//   h1 + p   h1 ~ p         the sibling right after; any sibling after
//   :first-child :last-child :nth-child(2) :first-of-type :last-of-type
//   :not(.ad)               without what is in the brackets (one simple part)
//   :contains("Next")       with that text in it
//   a, b                    either
//   time@datetime           the attribute's value instead of the element's text
#pragma once

#include <string>
#include <string_view>

namespace artspeak::archive {

class Selector {
 public:
  // Throws Error that quotes the selector and says where it stops making sense.
  static Selector Parse(std::string_view css);

  const std::string& css() const { return css_; }
  const std::string& xpath() const { return xpath_; }

 private:
  std::string css_;
  std::string xpath_;
};

}  // namespace artspeak::archive
