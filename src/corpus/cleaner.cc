#include "corpus/cleaner.h"

#include <algorithm>
#include <unordered_set>

#include "base/hash.h"
#include "base/utf8.h"
#include "corpus/entities.h"

namespace artspeak::corpus {

namespace {

// Spaces that are not the plain one: tab, no-break, en, em, thin, ideographic.
bool IsOtherSpace(char32_t c) {
  return c == '\t' || c == '\v' || c == '\f' || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool IsLineEnd(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

// Control characters, and those that show nothing: the soft hyphen, zero-width
// spaces and marks, direction marks, byte-order marks. The joiners U+200C and
// U+200D stay, since scripts and emoji need them.
bool IsInvisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x200B ||
         c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF;
}

// What two documents are compared by: letters and digits in lower case. All
// bytes beyond ASCII count as letters but for general punctuation (curly
// quotes, dashes). A text without any is compared as it stands.
std::string Essence(std::string_view text) {
  std::string essence;
  essence.reserve(text.size());
  for (std::string_view rest = text; !rest.empty();) {
    const base::Utf8Character c = base::DecodeUtf8(rest);
    const auto size = static_cast<size_t>(c.bytes);
    if (c.code_point >= 'A' && c.code_point <= 'Z') {
      essence += static_cast<char>(c.code_point | 0x20);
    } else if ((c.code_point >= 'a' && c.code_point <= 'z') ||
               (c.code_point >= '0' && c.code_point <= '9') ||
               (c.code_point > 0xA0 &&
                !(c.code_point >= 0x2000 && c.code_point < 0x2070))) {
      essence += rest.substr(0, size);
    }
    rest.remove_prefix(size);
  }
  return essence.empty() ? std::string(text) : essence;
}

// Remembers what it has been shown.
class Seen {
 public:
  // False if the text (or the tokens), or one like it, was there before.
  bool IsNew(const Document& document) {
    base::Blake2b hash;
    hash.Update(Essence(document.text));
    hash.Update(document.tokens.data(),
                document.tokens.size() * sizeof(int32_t));
    return digests_.insert(hash.Finish()).second;
  }

 private:
  std::unordered_set<std::string> digests_;
};

}  // namespace

std::string CleanText(std::string_view text) {
  const std::string decoded = DecodeEntities(text);
  std::string out;
  out.reserve(decoded.size());
  int line_ends = 0;   // that came since the last visible character
  bool space = false;  // likewise
  bool after_cr = false;
  for (std::string_view rest = decoded; !rest.empty();) {
    const base::Utf8Character c = base::DecodeUtf8(rest);
    rest.remove_prefix(static_cast<size_t>(c.bytes));
    const bool crlf = after_cr && c.code_point == '\n';
    after_cr = c.code_point == '\r';
    if (crlf) continue;
    if (IsLineEnd(c.code_point)) {
      ++line_ends;
    } else if (c.code_point == ' ' || IsOtherSpace(c.code_point)) {
      space = true;
    } else if (!IsInvisible(c.code_point)) {
      if (!out.empty()) {
        if (line_ends > 0) {
          out.append(std::min(line_ends, 2), '\n');
        } else if (space) {
          out += ' ';
        }
      }
      base::AppendUtf8(c.code_point, out);
      line_ends = 0;
      space = false;
    }
  }
  return out;
}

std::vector<Document> Clean(std::vector<Document> documents) {
  for (Document& document : documents) {
    document.text = CleanText(document.text);
    std::replace(document.title.begin(), document.title.end(), '\n', ' ');
    document.title = CleanText(document.title);
  }
  std::erase_if(documents, [](const Document& d) { return d.text.empty(); });
  return documents;
}

std::vector<Document> Deduplicate(std::vector<Document> documents) {
  Seen seen;
  // Not erase_if, which may ask about a document more than once or in any
  // order.
  std::vector<Document> kept;
  for (Document& document : documents) {
    if (seen.IsNew(document)) kept.push_back(std::move(document));
  }
  return kept;
}

int64_t CountDuplicates(std::span<const Document> documents) {
  Seen seen;
  int64_t duplicates = 0;
  for (const Document& document : documents) {
    duplicates += !seen.IsNew(document);
  }
  return duplicates;
}

}  // namespace artspeak::corpus
