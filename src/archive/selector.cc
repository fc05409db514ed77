#include "archive/selector.h"

#include <libxml/xpath.h>

#include <cctype>
#include <memory>

#include "base/error.h"

namespace artspeak::archive {

namespace {

// Recursive descent over one selector text; each part appends XPath.
class Compiler {
 public:
  explicit Compiler(std::string_view css) : css_(css) {}

  std::string Compile() {
    std::string xpath;
    for (;;) {
      xpath += Complex();
      SkipSpaces();
      if (AtEnd()) return xpath;
      if (!Take(',')) Fail("expected a comma or the end");
      xpath += " | ";
    }
  }

 private:
  struct Compound {
    std::string name = "*";
    std::string predicates;
  };

  std::string Complex() {
    SkipSpaces();
    std::string xpath;
    std::string axis = "//";
    bool adjacent = false;
    for (;;) {
      const Compound compound = ReadCompound();
      if (adjacent) {
        xpath += axis + "*[1]";
        if (compound.name != "*") xpath += "[self::" + compound.name + "]";
      } else {
        xpath += axis + compound.name;
      }
      xpath += compound.predicates;
      if (Take('@')) return xpath + "/@" + Lower(Identifier());

      const bool spaced = SkipSpaces();
      adjacent = false;
      if (AtEnd() || Peek() == ',') return xpath;
      if (Take('>')) {
        axis = "/";
      } else if (Take('+')) {
        axis = "/following-sibling::";
        adjacent = true;
      } else if (Take('~')) {
        axis = "/following-sibling::";
      } else if (spaced) {
        axis = "//";
      } else {
        Fail("unexpected character");
      }
      SkipSpaces();
    }
  }

  Compound ReadCompound() {
    Compound compound;
    bool any = false;
    if (Take('*')) {
      any = true;
    } else if (!AtEnd() && IsIdentifier(Peek())) {
      compound.name = Lower(Identifier());
      any = true;
    }
    while (ReadSimple(compound)) any = true;
    if (!any) Fail("expected an element, .class, #id or [attribute]");
    return compound;
  }

  // One .class, #id, [attribute] or :pseudo.
  bool ReadSimple(Compound& compound) {
    std::string condition;
    if (Take('.')) {
      condition = Word("@class", Identifier());
    } else if (Take('#')) {
      condition = "@id=" + Quote(Identifier());
    } else if (Take('[')) {
      condition = Attribute();
    } else if (Take(':')) {
      condition = Pseudo(compound.name);
    } else {
      return false;
    }
    compound.predicates += "[" + condition + "]";
    return true;
  }

  std::string Attribute() {
    SkipSpaces();
    const std::string name = "@" + Lower(Identifier());
    SkipSpaces();
    if (Take(']')) return name;
    char kind = '=';
    if (!AtEnd() && Peek() != '=') kind = css_[at_++];
    if (!Take('=')) Fail("expected = or ]");
    SkipSpaces();
    const std::string value = Value();
    SkipSpaces();
    if (!Take(']')) Fail("expected ]");
    const std::string quoted = Quote(value);
    switch (kind) {
      case '=':
        return name + "=" + quoted;
      case '~':
        return Word(name, value);
      case '^':
        return "starts-with(" + name + "," + quoted + ")";
      case '*':
        return "contains(" + name + "," + quoted + ")";
      case '$':  // XPath 1.0 has no ends-with
        return "substring(" + name + ",string-length(" + name +
               ")-string-length(" + quoted + ")+1)=" + quoted;
      default:
        Fail("expected one of = ~= ^= $= *=");
    }
  }

  std::string Pseudo(const std::string& name) {
    const std::string pseudo = Lower(Identifier());
    const std::string type = name == "*" ? "*" : name;
    if (pseudo == "first-child") return "not(preceding-sibling::*)";
    if (pseudo == "last-child") return "not(following-sibling::*)";
    if (pseudo == "first-of-type") {
      return "not(preceding-sibling::" + type + ")";
    }
    if (pseudo == "last-of-type") return "not(following-sibling::" + type + ")";
    if (pseudo == "nth-child") {
      const std::string number = Argument();
      if (number.empty() || number.size() > 6 ||
          number.find_first_not_of("0123456789") != std::string::npos) {
        Fail("expected a number, as in :nth-child(2)");
      }
      return "count(preceding-sibling::*)+1=" + number;
    }
    if (pseudo == "contains") {
      if (!Take('(')) Fail("expected (");
      SkipSpaces();
      const std::string text = Value();
      SkipSpaces();
      if (!Take(')')) Fail("expected )");
      return "contains(.," + Quote(text) + ")";
    }
    if (pseudo == "not") {
      if (!Take('(')) Fail("expected (");
      SkipSpaces();
      if (++depth_ > 8) Fail("too many brackets");
      const Compound inner = ReadCompound();
      --depth_;
      SkipSpaces();
      if (!Take(')')) Fail("expected )");
      return "not(self::" + inner.name + inner.predicates + ")";
    }
    Fail("unknown :" + pseudo);
  }

  std::string Argument() {
    if (!Take('(')) Fail("expected (");
    const size_t end = css_.find(')', at_);
    if (end == std::string_view::npos) Fail("expected )");
    const std::string argument(css_.substr(at_, end - at_));
    at_ = end + 1;
    return argument;
  }

  // A quoted text or a plain word.
  std::string Value() {
    if (AtEnd()) Fail("expected a value");
    const char quote = Peek();
    if (quote != '"' && quote != '\'') return Identifier();
    ++at_;
    const size_t end = css_.find(quote, at_);
    if (end == std::string_view::npos) Fail("the quotation mark is not closed");
    const std::string value(css_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }

  std::string Identifier() {
    std::string name;
    while (!AtEnd()) {
      if (Peek() == '\\' && at_ + 1 < css_.size()) {  // class names like md:p
        name += css_[at_ + 1];
        at_ += 2;
      } else if (IsIdentifier(Peek())) {
        name += css_[at_++];
      } else {
        break;
      }
    }
    if (name.empty()) Fail("expected a name");
    return name;
  }

  static std::string Word(const std::string& attribute,
                          const std::string& word) {
    return "contains(concat(' ',normalize-space(" + attribute + "),' ')," +
           Quote(" " + word + " ") + ")";
  }

  // XPath 1.0 has no escapes: a text with both quotation marks is put together.
  static std::string Quote(const std::string& text) {
    if (text.find('\'') == std::string::npos) return "'" + text + "'";
    if (text.find('"') == std::string::npos) return "\"" + text + "\"";
    std::string parts = "concat(";
    for (size_t begin = 0;;) {
      const size_t end = text.find('\'', begin);
      parts += "'" + text.substr(begin, end - begin) + "'";
      if (end == std::string::npos) return parts + ")";
      parts += ",\"'\",";
      begin = end + 1;
    }
  }

  static std::string Lower(std::string text) {
    for (char& c : text) {
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return text;
  }

  static bool IsIdentifier(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '_' || static_cast<unsigned char>(c) >= 0x80;
  }

  bool AtEnd() const { return at_ >= css_.size(); }
  char Peek() const { return css_[at_]; }
  bool Take(char c) {
    if (AtEnd() || Peek() != c) return false;
    ++at_;
    return true;
  }
  bool SkipSpaces() {
    const size_t before = at_;
    while (!AtEnd() && std::isspace(static_cast<unsigned char>(Peek()))) ++at_;
    return at_ != before;
  }

  [[noreturn]] void Fail(const std::string& what) const {
    throw base::Error("the selector \"{}\" makes no sense at \"{}\": {}", css_,
                      css_.substr(at_), what);
  }

  std::string_view css_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Selector Selector::Parse(std::string_view css) {
  Selector selector;
  selector.css_ = std::string(css);
  selector.xpath_ = Compiler(css).Compile();
  // Names that HTML allows and XPath does not.
  const std::unique_ptr<xmlXPathContext, decltype(&xmlXPathFreeContext)>
      context(xmlXPathNewContext(nullptr), &xmlXPathFreeContext);
  if (!context) throw std::bad_alloc();
  context->error = [](void*, xmlErrorPtr) {};
  const std::unique_ptr<xmlXPathCompExpr, decltype(&xmlXPathFreeCompExpr)>
      compiled(xmlXPathCtxtCompile(
                   context.get(),
                   reinterpret_cast<const xmlChar*>(selector.xpath_.c_str())),
               &xmlXPathFreeCompExpr);
  if (!compiled) {
    throw base::Error(
        "the selector \"{}\" makes no sense: names of elements and attributes "
        "begin with a letter",
        css);
  }
  return selector;
}

}  // namespace artspeak::archive
