// A grammar that writes text: rules with alternatives, read from files of our
// own format, and the writer that chooses among them.
//
//   # A comment, alone on its line.
//   list colour              a rule whose alternatives are parted by commas
//     ochre, sage, slate grey
//   rule opening             a rule with one alternative a line, indented by
//     [Artist] has [a thing] in [colour].         two spaces; by four or more,
//     {thing=[object]}Behold the [s thing].       a line goes on with the last
//
// In an alternative:
//   [name]          an alternative of the rule, or what the name is bound to
//   [Name]          the same with a capital letter
//   [a name]        with "a" or "an" before it; [A name] with "A" or "An"
//   [s name]        in the plural (of its last word)
//   [t name]        In Title Case; modifiers combine: [ts name]
//   {name=text}     binds the name to the text, expanded once; prints nothing
// The first letter of every sentence becomes a capital by itself.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace artspeak::magazine {

// The rules of some files. Immutable after loading; thread-safe.
class Grammar {
 public:
  // Throws Error naming the file and line of what it cannot read.
  void AddFile(const std::filesystem::path& path);
  void AddText(std::string_view text, const std::string& source);

  // The alternatives of a rule, or nullptr.
  const std::vector<std::string>* Find(std::string_view rule) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> rules_;
};

// Writes one text. Of a rule's alternatives none comes twice before all have
// come. Not thread-safe.
class Writer {
 public:
  // A rule in a later layer hides the one of the same name in an earlier. The
  // grammars and the stream must outlive the writer.
  Writer(std::vector<const Grammar*> layers, base::RandomStream& random);

  void Bind(const std::string& name, std::string text);

  // The text of a rule or bound name. Throws Error for a name that is neither.
  std::string Write(std::string_view name);

 private:
  std::string Expand(std::string_view name);
  std::string Substitute(std::string_view text);
  std::string Reference(std::string_view reference);
  const std::string& Choose(const std::vector<std::string>& alternatives);

  std::vector<const Grammar*> layers_;
  base::RandomStream& random_;
  std::map<std::string, std::string, std::less<>> bound_;
  // Which alternatives of a rule are still to come.
  std::map<const void*, std::vector<const std::string*>> left_;
  int depth_ = 0;
};

}  // namespace artspeak::magazine
