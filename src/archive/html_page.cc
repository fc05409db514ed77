#include "archive/html_page.h"

#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <algorithm>
#include <climits>
#include <initializer_list>
#include <unordered_set>

#include "archive/paragraph_writer.h"
#include "base/error.h"

namespace artspeak::archive {

namespace {

// A rule may not search a page for longer than this many steps.
constexpr unsigned long kMaxXPathSteps = 20'000'000;

std::string_view View(const xmlChar* text) {
  return text == nullptr ? std::string_view()
                         : reinterpret_cast<const char*>(text);
}

std::string Content(const xmlNode* node) {
  xmlChar* value = xmlNodeGetContent(node);
  std::string content(View(value));
  xmlFree(value);
  return content;
}

bool IsOneOf(std::string_view name, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsHidden(std::string_view name) {
  return IsOneOf(name, {"script", "style", "template", "noscript", "select",
                        "textarea", "iframe", "object", "svg", "head"});
}

bool IsBlock(std::string_view name) {
  return IsOneOf(
      name,
      {"p",      "div",     "section",    "article",  "h1",     "h2",
       "h3",     "h4",      "h5",         "h6",       "ul",     "ol",
       "li",     "dl",      "dt",         "dd",       "pre",    "table",
       "tr",     "caption", "blockquote", "form",     "figure", "figcaption",
       "header", "footer",  "main",       "nav",      "aside",  "address",
       "hr",     "body",    "html",       "fieldset", "center", "details",
       "summary"});
}

// Walks everything below `root` without recursion: a broken page may nest its
// elements ten thousand deep. Calls enter(node), which says whether to go
// inside, and leave(node) for every element.
template <typename Enter, typename Leave>
void Walk(const xmlNode* root, Enter enter, Leave leave) {
  const xmlNode* node = root;
  for (;;) {
    const bool inside = enter(node);
    if (inside && node->type == XML_ELEMENT_NODE && node->children != nullptr) {
      node = node->children;
      continue;
    }
    if (node->type == XML_ELEMENT_NODE) leave(node);
    while (node != root && node->next == nullptr) {
      node = node->parent;
      leave(node);
    }
    if (node == root) return;
    node = node->next;
  }
}

void Write(const xmlNode* root, ParagraphWriter& out) {
  int preformatted = 0;
  Walk(
      root,
      [&](const xmlNode* node) {
        if (node->type == XML_TEXT_NODE ||
            node->type == XML_CDATA_SECTION_NODE) {
          out.Text(View(node->content), preformatted > 0);
          return false;
        }
        if (node->type != XML_ELEMENT_NODE) return false;
        const std::string_view name = View(node->name);
        if (IsHidden(name)) return false;
        if (name == "br") out.LineBreak();
        if (name == "td" || name == "th") out.Text(" ", false);
        if (name == "pre") ++preformatted;
        if (IsBlock(name)) out.ParagraphBreak();
        return true;
      },
      [&](const xmlNode* node) {
        const std::string_view name = View(node->name);
        if (name == "pre") --preformatted;
        if (IsBlock(name)) out.ParagraphBreak();
      });
}

}  // namespace

struct HtmlPage::Impl {
  struct FreeDocument {
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
  };
  struct FreeContext {
    void operator()(xmlXPathContext* context) const {
      xmlXPathFreeContext(context);
    }
  };
  struct FreeObject {
    void operator()(xmlXPathObject* object) const {
      xmlXPathFreeObject(object);
    }
  };

  // The matches in the order of the page.
  std::vector<xmlNode*> Find(const Selector& selector) const {
    const std::unique_ptr<xmlXPathContext, FreeContext> context(
        xmlXPathNewContext(document.get()));
    if (!context) throw std::bad_alloc();
    context->error = [](void*, xmlErrorPtr) {};
    context->opLimit = kMaxXPathSteps;
    const std::unique_ptr<xmlXPathObject, FreeObject> found(
        xmlXPathEval(reinterpret_cast<const xmlChar*>(selector.xpath().c_str()),
                     context.get()));
    if (!found || found->type != XPATH_NODESET) {
      throw base::Error(
          "the rule \"{}\" takes too long on this page: write a simpler one",
          selector.css());
    }
    xmlNodeSet* set = found->nodesetval;
    if (set == nullptr) return {};
    xmlXPathNodeSetSort(set);
    return {set->nodeTab, set->nodeTab + set->nodeNr};
  }

  // Of these elements the ones that lie in no other of them.
  std::vector<xmlNode*> Outermost(const std::vector<xmlNode*>& nodes) const {
    const std::unordered_set<const xmlNode*> chosen(nodes.begin(), nodes.end());
    std::vector<xmlNode*> outermost;
    const xmlNode* root = xmlDocGetRootElement(document.get());
    if (root == nullptr) return outermost;
    Walk(
        root,
        [&](const xmlNode* node) {
          if (!chosen.contains(node)) return true;
          outermost.push_back(const_cast<xmlNode*>(node));
          return false;
        },
        [](const xmlNode*) {});
    return outermost;
  }

  std::unique_ptr<xmlDoc, FreeDocument> document;
};

HtmlPage::HtmlPage(std::string_view text) : impl_(std::make_unique<Impl>()) {
  if (text.size() < INT_MAX) {
    impl_->document.reset(htmlReadMemory(
        text.data(), static_cast<int>(text.size()), nullptr, "utf-8",
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
            HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC | HTML_PARSE_COMPACT));
  }
  if (!impl_->document ||
      xmlDocGetRootElement(impl_->document.get()) == nullptr) {
    throw base::Error("the page is empty");
  }
  xmlXPathOrderDocElems(impl_->document.get());  // sorting would be quadratic
}

HtmlPage::~HtmlPage() = default;

void HtmlPage::Remove(const Selector& selector) {
  for (xmlNode* node : impl_->Outermost(impl_->Find(selector))) {
    xmlUnlinkNode(node);
    xmlFreeNode(node);
  }
}

std::string HtmlPage::Line(const Selector& selector) const {
  const std::vector<xmlNode*> nodes = impl_->Find(selector);
  if (nodes.empty()) return "";
  ParagraphWriter out;
  if (nodes[0]->type == XML_ATTRIBUTE_NODE) {
    out.Text(Content(nodes[0]), false);
  } else {
    Write(nodes[0], out);
  }
  std::string line = out.Finish();
  ParagraphWriter flat;
  flat.Text(line, false);
  return flat.Finish();
}

std::string HtmlPage::Paragraphs(const Selector& selector) const {
  const std::vector<xmlNode*> nodes = impl_->Find(selector);
  ParagraphWriter out;
  for (const xmlNode* node : nodes) {
    if (node->type != XML_ATTRIBUTE_NODE) continue;
    out.ParagraphBreak();
    out.Text(Content(node), false);
  }
  for (const xmlNode* node : impl_->Outermost(nodes)) {
    out.ParagraphBreak();
    Write(node, out);
  }
  return out.Finish();
}

std::vector<std::string> HtmlPage::Links(const Selector& selector) const {
  const std::vector<xmlNode*> nodes = impl_->Find(selector);
  const xmlNode* root = xmlDocGetRootElement(impl_->document.get());
  std::vector<std::string> links;
  if (root == nullptr) return links;
  for (const xmlNode* node : nodes) {
    if (node->type == XML_ATTRIBUTE_NODE) links.push_back(Content(node));
  }
  const std::unordered_set<const xmlNode*> chosen(nodes.begin(), nodes.end());
  int inside = 0;  // of how many chosen elements
  Walk(
      root,
      [&](const xmlNode* node) {
        if (node->type != XML_ELEMENT_NODE) return false;
        const bool is_chosen = chosen.contains(node);
        const xmlAttr* href =
            xmlHasProp(const_cast<xmlNode*>(node),
                       reinterpret_cast<const xmlChar*>("href"));
        if (href != nullptr &&
            (is_chosen || (inside > 0 && View(node->name) == "a"))) {
          links.push_back(Content(reinterpret_cast<const xmlNode*>(href)));
        }
        if (is_chosen) ++inside;
        return true;
      },
      [&](const xmlNode* node) {
        if (chosen.contains(node)) --inside;
      });
  return links;
}

}  // namespace artspeak::archive
