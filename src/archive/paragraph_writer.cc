#include "archive/paragraph_writer.h"

#include <algorithm>

namespace artspeak::archive {

void ParagraphWriter::Text(std::string_view text, bool preformatted) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' && preformatted) {
      LineBreak();
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      space_ = true;
    } else if (c == '\xC2' && i + 1 < text.size() && text[i + 1] == '\xA0') {
      space_ = true;
      ++i;
    } else if (c == '\xC2' && i + 1 < text.size() && text[i + 1] == '\xAD') {
      ++i;  // a soft hyphen is a hint to the printer
    } else {
      Append(c);
    }
  }
}

void ParagraphWriter::LineBreak() { breaks_ = std::min(breaks_ + 1, 2); }

void ParagraphWriter::ParagraphBreak() { breaks_ = 2; }

void ParagraphWriter::Append(char c) {
  if (!out_.empty()) {
    if (breaks_ > 0) {
      out_.append(static_cast<size_t>(breaks_), '\n');
    } else if (space_) {
      out_ += ' ';
    }
  }
  breaks_ = 0;
  space_ = false;
  out_ += c;
}

std::string ParagraphWriter::Finish() {
  breaks_ = 0;
  space_ = false;
  return std::move(out_);
}

}  // namespace artspeak::archive
