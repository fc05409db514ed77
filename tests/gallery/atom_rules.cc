#include "tests/gallery/atom_rules.h"

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <set>

namespace artspeak {

namespace {

constexpr const char* kAtom = "http://www.w3.org/2005/Atom";
constexpr const char* kXhtml = "http://www.w3.org/1999/xhtml";

using Document = std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)>;

Document Parse(const std::string& text) {
  return {xmlReadMemory(
              text.data(), static_cast<int>(text.size()), nullptr, nullptr,
              XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
          xmlFreeDoc};
}

std::string Text(const xmlChar* text) {
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

std::string ContentOf(const xmlNode* node) {
  xmlChar* content = xmlNodeGetContent(node);
  std::string text = Text(content);
  xmlFree(content);
  return text;
}

std::string AttributeOf(xmlNode* node, const char* name) {
  xmlChar* value = xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name));
  std::string text = Text(value);
  xmlFree(value);
  return text;
}

std::string NamespaceOf(const xmlNode* node) {
  return node->ns == nullptr ? "" : Text(node->ns->href);
}

std::vector<xmlNode*> ElementsOf(const xmlNode* parent) {
  std::vector<xmlNode*> elements;
  for (xmlNode* node = parent->children; node != nullptr; node = node->next) {
    if (node->type == XML_ELEMENT_NODE) elements.push_back(node);
  }
  return elements;
}

class Judge {
 public:
  std::vector<std::string> faults;

  void Feed(xmlNode* feed) {
    if (Text(feed->name) != "feed" || NamespaceOf(feed) != kAtom) {
      Fault("the root is no atom:feed");
      return;
    }
    // RFC 4287, 4.1.1.
    const auto parts = PartsOf(feed, {"id", "title", "updated", "subtitle",
                                      "link", "author", "entry"});
    ExactlyOne("feed", parts, {"id", "title", "updated"});
    AtMostOne("feed", parts, {"subtitle"});
    Common("feed", parts);
    const bool has_author = parts.contains("author");
    bool names_itself = false;
    for (xmlNode* link : Of(parts, "link")) {
      names_itself |= AttributeOf(link, "rel") == "self";
    }
    if (!names_itself) Fault("the feed has no link to itself");  // SHOULD
    for (xmlNode* entry : Of(parts, "entry")) Entry(entry, has_author);
  }

 private:
  using Parts = std::multimap<std::string, xmlNode*>;

  void Fault(std::string what) { faults.push_back(std::move(what)); }

  static std::vector<xmlNode*> Of(const Parts& parts, const std::string& name) {
    std::vector<xmlNode*> found;
    const auto [from, to] = parts.equal_range(name);
    for (auto it = from; it != to; ++it) found.push_back(it->second);
    return found;
  }

  Parts PartsOf(const xmlNode* parent, const std::set<std::string>& allowed) {
    Parts parts;
    for (xmlNode* node : ElementsOf(parent)) {
      const std::string name = Text(node->name);
      if (NamespaceOf(node) != kAtom || !allowed.contains(name)) {
        Fault(fmt::format("{} may not hold {}", Text(parent->name), name));
      }
      parts.emplace(name, node);
    }
    return parts;
  }

  void ExactlyOne(const std::string& where, const Parts& parts,
                  const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (parts.count(name) != 1) {
        Fault(
            fmt::format("{} has {} times {}", where, parts.count(name), name));
      }
    }
  }
  void AtMostOne(const std::string& where, const Parts& parts,
                 const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (parts.count(name) > 1) {
        Fault(
            fmt::format("{} has {} times {}", where, parts.count(name), name));
      }
    }
  }

  // What feed and entry have in common: 3.1, 3.2, 3.3, 4.2.6, 4.2.7.
  void Common(const std::string& where, const Parts& parts) {
    for (xmlNode* id : Of(parts, "id")) {
      if (!IsIri(ContentOf(id))) Fault(where + ": the id is no absolute IRI");
      if (!ids_.insert(ContentOf(id)).second) {
        Fault(where + ": the id is another's: " + ContentOf(id));
      }
    }
    for (const char* text : {"title", "subtitle"}) {
      for (xmlNode* node : Of(parts, text)) {
        if (!ElementsOf(node).empty()) {
          Fault(fmt::format("{}: the {} holds elements", where, text));
        }
        if (ContentOf(node).find_first_not_of(" \n\t") == std::string::npos) {
          Fault(fmt::format("{}: the {} is blank", where, text));
        }
      }
    }
    for (const char* date : {"updated", "published"}) {
      for (xmlNode* node : Of(parts, date)) {
        if (!IsDate(ContentOf(node))) {
          Fault(fmt::format("{}: {} is no date: {}", where, date,
                            ContentOf(node)));
        }
      }
    }
    for (xmlNode* author : Of(parts, "author")) {
      const Parts person = PartsOf(author, {"name"});
      ExactlyOne(where + "'s author", person, {"name"});
    }
    std::set<std::string> alternates;
    for (xmlNode* link : Of(parts, "link")) {
      if (!IsIri(AttributeOf(link, "href"))) {
        Fault(where + ": a link leads nowhere");
      }
      const std::string rel = AttributeOf(link, "rel");
      if (rel.empty() || rel == "alternate") {
        if (!alternates.insert(AttributeOf(link, "type")).second) {
          Fault(where + ": two alternates of one type");
        }
      }
    }
  }

  // 4.1.2, 4.1.3.
  void Entry(xmlNode* entry, bool feed_has_author) {
    const Parts parts = PartsOf(entry, {"id", "title", "updated", "published",
                                        "link", "author", "content"});
    ExactlyOne("an entry", parts, {"id", "title", "updated"});
    AtMostOne("an entry", parts, {"published", "content"});
    Common("an entry", parts);
    if (!feed_has_author && !parts.contains("author")) {
      Fault("an entry has no author");
    }
    bool has_alternate = false;
    for (xmlNode* link : Of(parts, "link")) {
      has_alternate |= AttributeOf(link, "rel") == "alternate";
    }
    if (!parts.contains("content") && !has_alternate) {
      Fault("an entry has neither content nor an alternate");
    }
    for (xmlNode* content : Of(parts, "content")) Content(content);
  }

  // One div, all of it XHTML: 3.1.1.3.
  void Content(xmlNode* content) {
    if (AttributeOf(content, "type") != "xhtml") {
      Fault("a content is of another type than xhtml");
      return;
    }
    const std::vector<xmlNode*> elements = ElementsOf(content);
    if (elements.size() != 1 || Text(elements[0]->name) != "div") {
      Fault("a content is not one div");
      return;
    }
    const std::function<void(xmlNode*)> all_xhtml = [&](xmlNode* node) {
      if (NamespaceOf(node) != kXhtml) {
        Fault("a content holds what is no XHTML: " + Text(node->name));
      }
      for (xmlNode* child : ElementsOf(node)) all_xhtml(child);
    };
    all_xhtml(elements[0]);
  }

  static bool IsIri(const std::string& text) {
    static const std::regex iri("[a-z][a-z0-9+.-]*:[^\\s<>\"{}|\\\\^`]+");
    return std::regex_match(text, iri);
  }

  // RFC 3339, with upper-case T and Z.
  static bool IsDate(const std::string& text) {
    static const std::regex date(
        "\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]"
        "\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)");
    return std::regex_match(text, date);
  }

  std::set<std::string> ids_;
};

void Collect(xmlNode* node, const std::vector<std::string>& path, size_t depth,
             std::vector<std::string>& texts) {
  if (Text(node->name) != path[depth]) return;
  if (depth + 1 == path.size()) {
    texts.push_back(ContentOf(node));
  } else if (path[depth + 1].starts_with('@')) {
    texts.push_back(AttributeOf(node, path[depth + 1].c_str() + 1));
  } else {
    for (xmlNode* child : ElementsOf(node)) {
      Collect(child, path, depth + 1, texts);
    }
  }
}

}  // namespace

std::vector<std::string> AtomFaults(const std::string& document) {
  const Document parsed = Parse(document);
  if (!parsed) return {"it is no well-formed XML"};
  Judge judge;
  judge.Feed(xmlDocGetRootElement(parsed.get()));
  return std::move(judge.faults);
}

std::vector<std::string> TextsAt(const std::string& document,
                                 const std::vector<std::string>& path) {
  std::vector<std::string> texts;
  if (const Document parsed = Parse(document)) {
    Collect(xmlDocGetRootElement(parsed.get()), path, 0, texts);
  }
  return texts;
}

}  // namespace artspeak
