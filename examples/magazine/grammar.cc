#include "examples/magazine/grammar.h"

#include <array>
#include <cctype>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "examples/magazine/english.h"

namespace artspeak::magazine {

namespace {

// Deep enough for any text, and an end for a rule that calls itself.
constexpr int kMaxDepth = 40;

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool IsModifiers(std::string_view word) {
  return word.find_first_not_of("aAsStT") == std::string_view::npos;
}

}  // namespace

void Grammar::AddFile(const std::filesystem::path& path) {
  AddText(base::ReadFile(path), path.string());
}

void Grammar::AddText(std::string_view text, const std::string& source) {
  std::istringstream in{std::string(text)};
  std::vector<std::string>* rule = nullptr;
  bool is_list = false;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::string_view content = Trim(line);
    if (content.empty() || line[0] == '#') continue;
    if (line[0] != ' ') {
      is_list = content.starts_with("list ");
      if (!is_list && !content.starts_with("rule ")) {
        throw base::Error(
            "{}:{} begins neither a rule nor a list: write 'rule NAME' or "
            "'list NAME', or indent the line by two spaces",
            source, number);
      }
      const auto [place, added] =
          rules_.try_emplace(std::string(Trim(content.substr(5))));
      if (!added) {
        throw base::Error("{}:{} defines {} a second time: remove one of them",
                          source, number, place->first);
      }
      rule = &place->second;
    } else if (rule == nullptr) {
      throw base::Error("{}:{} stands before any rule: write 'rule NAME' first",
                        source, number);
    } else if (is_list) {
      for (size_t begin = 0; begin < content.size();) {
        const size_t comma = std::min(content.find(',', begin), content.size());
        const auto word = Trim(content.substr(begin, comma - begin));
        if (!word.empty()) rule->emplace_back(word);
        begin = comma + 1;
      }
    } else if (line.starts_with("    ") && !rule->empty()) {
      rule->back().append(" ").append(content);
    } else {
      rule->emplace_back(content);
    }
  }
}

const std::vector<std::string>* Grammar::Find(std::string_view rule) const {
  const auto found = rules_.find(rule);
  return found == rules_.end() ? nullptr : &found->second;
}

Writer::Writer(std::vector<const Grammar*> layers, base::RandomStream& random)
    : layers_(std::move(layers)), random_(random) {}

void Writer::Bind(const std::string& name, std::string text) {
  bound_[name] = std::move(text);
}

std::string Writer::Write(std::string_view name) {
  return SentenceCase(Expand(name));
}

std::string Writer::Expand(std::string_view name) {
  if (const auto found = bound_.find(name); found != bound_.end()) {
    return found->second;
  }
  const std::vector<std::string>* alternatives = nullptr;
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    if ((alternatives = (*layer)->Find(name)) != nullptr) break;
  }
  if (alternatives == nullptr || alternatives->empty()) {
    throw base::Error("the grammar has no rule {}: add it, or mend its name",
                      name);
  }
  if (depth_ == kMaxDepth) {
    throw base::Error("the grammar's rule {} calls itself without end", name);
  }
  ++depth_;
  std::string text = Substitute(Choose(*alternatives));
  --depth_;
  return text;
}

const std::string& Writer::Choose(
    const std::vector<std::string>& alternatives) {
  auto& left = left_[&alternatives];
  if (left.empty()) {
    for (const std::string& alternative : alternatives) {
      left.push_back(&alternative);
    }
  }
  const size_t index = random_.Below(left.size());
  std::swap(left[index], left.back());
  const std::string* chosen = left.back();
  left.pop_back();
  return *chosen;
}

std::string Writer::Substitute(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '[') {
      const size_t end = text.find(']', i);
      if (end == std::string_view::npos) {
        throw base::Error(
            "the grammar's text '{}' opens a [ and never closes "
            "it",
            text);
      }
      out += Reference(text.substr(i + 1, end - i - 1));
      i = end + 1;
    } else if (text[i] == '{') {
      const size_t equals = text.find('=', i);
      const size_t end = text.find('}', i);
      if (end == std::string_view::npos || equals > end) {
        throw base::Error(
            "the grammar's text '{}' has a binding that is not "
            "{{name=text}}",
            text);
      }
      Bind(std::string(text.substr(i + 1, equals - i - 1)),
           Substitute(text.substr(equals + 1, end - equals - 1)));
      i = end + 1;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string Writer::Reference(std::string_view reference) {
  const size_t space = reference.find(' ');
  std::string_view modifiers;
  if (space != std::string_view::npos &&
      IsModifiers(reference.substr(0, space))) {
    modifiers = reference.substr(0, space);
    reference.remove_prefix(space + 1);
  }
  std::string name(reference);
  bool capital = false;
  if (!name.empty() && std::isupper(static_cast<unsigned char>(name[0]))) {
    capital = true;
    name[0] = static_cast<char>(std::tolower(name[0]));
  }
  std::string text = Expand(name);
  for (const char modifier : modifiers) {
    if (std::isupper(static_cast<unsigned char>(modifier))) capital = true;
  }
  const auto has = [&](const char* either_case) {
    return modifiers.find_first_of(either_case) != std::string_view::npos;
  };
  if (has("sS")) text = Plural(text);
  if (has("tT")) text = TitleCase(text);
  if (has("aA")) text = WithArticle(text);
  if (capital) text = Capitalised(text);
  return text;
}

}  // namespace artspeak::magazine
