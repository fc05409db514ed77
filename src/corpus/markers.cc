#include "corpus/markers.h"

#include "text/vocabulary.h"

namespace artspeak::corpus {

namespace {

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

// The bytes of the marker that `text` begins with; 0: none.
size_t MarkerBytes(std::string_view text) {
  if (text.starts_with(text::kStartOfText)) return text::kStartOfText.size();
  if (!text.starts_with(text::kEndOfText)) return 0;
  const std::string_view after = text.substr(text::kEndOfText.size());
  const size_t line_break = after.starts_with('\n')     ? 1
                            : after.starts_with("\r\n") ? 2
                                                        : 0;
  return text::kEndOfText.size() + line_break;
}

}  // namespace

std::vector<std::string_view> SplitAtMarkers(std::string_view text) {
  std::vector<std::string_view> parts;
  const auto add = [&](std::string_view part) {
    if (!IsBlank(part)) parts.push_back(part);
  };
  size_t begin = 0;
  for (size_t at = text.find("<|"); at != text.npos; at = text.find("<|", at)) {
    const size_t marker = MarkerBytes(text.substr(at));
    if (marker == 0) {
      ++at;
      continue;
    }
    add(text.substr(begin, at - begin));
    at += marker;
    begin = at;
  }
  add(text.substr(begin));
  return parts;
}

std::string WithMarkers(std::string_view text) {
  std::string marked;
  marked.reserve(text.size() + text::kStartOfText.size() +
                 text::kEndOfText.size() + 1);
  marked += text::kStartOfText;
  marked += text;
  marked += text::kEndOfText;
  marked += '\n';
  return marked;
}

}  // namespace artspeak::corpus
