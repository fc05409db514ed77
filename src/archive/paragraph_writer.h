// Text out of markup: white space collapsed, paragraphs apart.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::archive {

class ParagraphWriter {
 public:
  // Runs of white space count as one space, unless `preformatted`; a
  // no-break space is a space.
  void Text(std::string_view text, bool preformatted);
  void LineBreak();       // two in a row end the paragraph
  void ParagraphBreak();  // any number in a row is one

  // Paragraphs separated by one blank line, lines without spaces at their ends.
  std::string Finish();

 private:
  void Append(char c);

  std::string out_;
  int breaks_ = 0;      // line breaks owed before the next character
  bool space_ = false;  // a space owed
};

}  // namespace artspeak::archive
